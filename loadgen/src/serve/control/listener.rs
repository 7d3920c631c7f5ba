//! One listener's side of the bus.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use futures::stream::unfold;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Something without a meaning, so that whoever is between us and the listener sees that the
/// connection lives.
const HEARTBEAT: Bytes = Bytes::from_static(b": still here\n\n");
/// How long a stream may say nothing.
const SILENCE: Duration = Duration::from_secs(15);

/// What one listener has not read yet.
#[derive(Debug)]
pub(super) struct Listener {
    missed: VecDeque<Bytes>,
    events: mpsc::Receiver<Bytes>,
    ended: CancellationToken,
}

impl Listener {
    pub(super) const fn new(
        missed: VecDeque<Bytes>,
        events: mpsc::Receiver<Bytes>,
        ended: CancellationToken,
    ) -> Self {
        Self {
            missed,
            events,
            ended,
        }
    }

    /// The stream's bytes, until the end, or until the listener was dropped.
    pub(super) fn bytes(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        unfold(self, async |mut listener| {
            let bytes = listener.next().await?;
            Some((Ok(bytes), listener))
        })
    }

    pub(super) async fn next(&mut self) -> Option<Bytes> {
        if let Some(missed) = self.missed.pop_front() {
            return Some(missed);
        }
        tokio::select! {
            // What was told before the end is still read.
            biased;
            event = self.events.recv() => event,
            () = self.ended.cancelled() => None,
            () = tokio::time::sleep(SILENCE) => Some(HEARTBEAT),
        }
    }
}
