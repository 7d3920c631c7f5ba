//! What keeps messages: the queue file or RabbitMQ. Bytes, ids, leases and settlements; events,
//! spans, metrics and retries are the typed layer's above, and the same for both.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use time::OffsetDateTime;
use uuid::Uuid;

use super::error::QueueError;
use super::handler::Refusal;
use super::topic::Topic;

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) id: Uuid,
    pub(super) published_at: OffsetDateTime,
    pub(super) traceparent: Option<String>,
    pub(super) body: Bytes,
}

/// A message that was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) receipt: Receipt,
    pub(super) letter: Letter,
    /// How often it was handed out, this time included. A broker may count a time too many when a
    /// consumer is lost that had it and did not begin with it.
    pub(super) tries: u32,
}

/// What a delivery is settled by, within its subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Receipt(pub(super) i64);

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Done,
    Dead(Reason),
}

/// Why a message is among the dead letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Undecodable,
    TooLarge,
    Refused(Refusal),
    TooManyTries,
}

impl Reason {
    /// One of [`Reason::NAMES`].
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
            Self::TooLarge => "too_large",
            Self::Refused(_) => "refused",
            Self::TooManyTries => "too_many_tries",
        }
    }

    pub(super) const NAMES: [&'static str; 4] =
        ["undecodable", "too_large", "refused", "too_many_tries"];

    /// The handler's word for it; otherwise the name again.
    pub(super) const fn detail(self) -> &'static str {
        match self {
            Self::Refused(Refusal(word)) => word,
            _ => self.name(),
        }
    }
}

/// A message with what becomes of it.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) delivery: Delivery,
    pub(super) verdict: Verdict,
}

/// What can be seen of a topic from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// Messages that no consumer has.
    pub(super) waiting: u64,
    pub(super) consumers: u64,
    pub(super) dead_letters: u64,
}

/// Keeps messages.
#[async_trait]
pub(super) trait Broker: Debug + Send + Sync {
    /// `messaging.system` of the semantic conventions.
    fn system(&self) -> &'static str;

    /// Stores messages. They are on a disk when it returns; after an error some may be.
    async fn publish(&self, topic: Topic, letters: &[Letter]) -> Result<(), QueueError>;

    /// Becomes a consumer of a topic. It begins with one message at a time.
    async fn subscribe(&self, topic: Topic) -> Result<Box<dyn Subscription>, QueueError>;

    async fn state(&self, topic: Topic) -> Result<State, QueueError>;

    /// Breaks all that connects this process with the queue. It connects anew by itself.
    fn disconnect(&self);
}

/// A consumer of one topic. Dropped, it is one that was lost: what it has is delivered again, and
/// the try counts.
#[async_trait]
pub(super) trait Subscription: Send {
    /// Waits for messages, the oldest first. Given up, it has lost none.
    async fn receive(&mut self) -> Result<Vec<Delivery>, QueueError>;

    /// From here on, up to so many messages at a time. To be called with one message at most at
    /// hand.
    async fn widen(&mut self, most: u16) -> Result<(), QueueError>;

    /// Ends deliveries. An error leaves all or some of them to be delivered again.
    async fn settle(&mut self, settled: &[Settled]) -> Result<(), QueueError>;

    /// Says that these are tried for longer, and that it is not their fault: no try counts. Returns
    /// whether they may be held on to. If not, they are back in the queue.
    async fn hold(&mut self, held: &[Delivery]) -> Result<bool, QueueError>;

    /// Gives back all that is not settled, at once; no try counts.
    async fn close(self: Box<Self>, held: &[Delivery]);
}
