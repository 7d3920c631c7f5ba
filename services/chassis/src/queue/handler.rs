//! What a service does with the messages of a topic.

use async_trait::async_trait;
use contracts::Event;

use super::message::Incoming;

/// Handles the messages of one topic. Each may come more than once.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The kind of message.
    type Event: Event;

    /// Handles a batch, in order: one settlement a message.
    ///
    /// A panic counts as a try of each message; the messages are then handled one by one, and the
    /// one that goes on panicking ends among the dead letters.
    ///
    /// # Errors
    /// [`Busy`] when none of it can be handled at present. Nothing is settled then, and the batch
    /// comes again after a pause, for as long as it takes: an outage makes no dead letters.
    async fn handle(&self, batch: &[Incoming<Self::Event>]) -> Result<Vec<Settlement>, Busy>;
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It is handled; the queue may forget it.
    Done,
    /// It can never be handled: to the dead letters.
    Dead(Refusal),
}

/// Why a message can never be handled: a word of a closed set, such as `unknown_vehicle`. It is kept
/// with the dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub &'static str);

/// Why nothing can be handled at present, for the log. It must not quote a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Busy(pub String);

/// How a consumer works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumerSettings {
    /// Messages that are handed over at once, and that a consumer has from the queue at a time. The
    /// queue no longer counts those as waiting: with many, one sees late that a consumer stands still.
    pub batch: u16,
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        Self { batch: 16 }
    }
}
