//! One client's side of a stream.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use futures::stream::unfold;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::mpsc;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::Stop;

/// Something without a meaning, so that whoever is between us and the client sees that the
/// connection lives.
pub const HEARTBEAT: Bytes = Bytes::from_static(b": still here\n\n");

/// How long a stream may say nothing. The server closes a connection on which nothing was written
/// for 75 s, load balancers mostly after 60 s.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// What one client has not read yet. Dropping it ends the client's part.
#[derive(Debug)]
pub struct Listener {
    events: mpsc::Receiver<Bytes>,
    stop: Stop,
    clients: Gauge,
    _open: TaskTrackerToken,
}

impl Listener {
    pub(super) fn new(
        events: mpsc::Receiver<Bytes>,
        stop: Stop,
        open: TaskTrackerToken,
        clients: Gauge,
    ) -> Self {
        clients.inc();
        Self {
            events,
            stop,
            clients,
            _open: open,
        }
    }

    /// The stream's bytes: a greeting, then events and heartbeats, until the stop, or until the
    /// client was dropped.
    pub fn bytes(self, greeting: Bytes) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        unfold((self, Some(greeting)), async |(mut listener, greeting)| {
            let bytes = match greeting {
                Some(greeting) => greeting,
                None => listener.next().await?,
            };
            Some((Ok(bytes), (listener, None)))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        tokio::select! {
            biased;
            () = self.stop.requested() => None,
            event = self.events.recv() => event,
            () = tokio::time::sleep(SILENCE) => Some(HEARTBEAT),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.clients.dec();
    }
}
