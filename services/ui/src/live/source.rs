//! Listening to one service's stream, for ever: what breaks off is opened again.

use std::time::Duration;

use chassis::Stop;
use chassis::http::client::Neighbour;
use chassis::telemetry::traces::untraced;
use http_body_util::BodyExt as _;
use opentelemetry::trace::FutureExt as _;

use super::Channel;
use super::frame::Frames;

/// How long to wait before the first try to come back, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(4));

/// How long a stream may say nothing. Services say something every 15 s.
const SILENCE: Duration = Duration::from_secs(40);

/// One service's stream.
#[derive(Debug)]
pub(super) struct Source {
    neighbour: Neighbour,
    path: &'static str,
}

impl Source {
    pub(super) fn of(neighbour: &Neighbour, path: &'static str) -> Self {
        Self {
            neighbour: neighbour.clone(),
            path,
        }
    }

    /// Passes what it says on to the channel, until the stop.
    pub(super) fn start(self, channel: &Channel, stop: &Stop) {
        let (channel, stopping) = (channel.clone(), stop.clone());
        let listening = async move {
            tokio::select! {
                () = stopping.requested() => {}
                () = self.listen(&channel) => {}
            }
        };
        // A stream is no request of anybody's.
        stop.spawn(listening.with_context(untraced()));
    }

    async fn listen(&self, channel: &Channel) {
        let mut pause = PAUSE.0;
        loop {
            if self.once(channel).await {
                pause = PAUSE.0;
            }
            if channel.is_up(false) {
                tracing::warn!(neighbour = self.neighbour.name(), "its stream broke off");
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    /// One connection, until it ends. Whether there was one.
    async fn once(&self, channel: &Channel) -> bool {
        let Ok(answer) = self.neighbour.open(self.path, self.path).await else {
            // Counted as a call that failed; a line every few seconds would say no more.
            return false;
        };
        if channel.is_up(true) {
            tracing::info!(neighbour = self.neighbour.name(), "listening to its stream");
        }
        let (mut body, mut frames) = (answer.into_body(), Frames::default());
        while let Ok(Some(Ok(piece))) = tokio::time::timeout(SILENCE, body.frame()).await {
            let Ok(piece) = piece.into_data() else {
                continue;
            };
            let Ok(whole) = frames.add(&piece) else {
                tracing::warn!(neighbour = self.neighbour.name(), "an event is too large");
                break;
            };
            for frame in &whole {
                channel.take(frame);
            }
        }
        true
    }
}
