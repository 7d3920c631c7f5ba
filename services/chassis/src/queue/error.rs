//! Why something could not be published.

/// Why a message was not, or perhaps not, published.
#[derive(Clone, Debug, thiserror::Error)]
pub enum QueueError {
    /// The queue takes no more for now: as many messages wait as may, or, in RabbitMQ, whose refusal
    /// is the same then, its leader is away for a moment. Nothing is wrong with these: they fit later.
    #[error("the queue takes no more for now")]
    Full,
    /// The queue does not answer, or not in time. Some of the messages may have been stored.
    #[error("the queue is not available: {0}")]
    Unavailable(String),
    /// A message is larger than [`MAX_BODY_BYTES`](super::MAX_BODY_BYTES). It never fits.
    #[error("a message has {0} bytes, more than a queue takes")]
    TooLarge(usize),
    /// An event cannot be written as JSON. It never can.
    #[error("a message cannot be written: {0}")]
    Unwritable(String),
}

impl QueueError {
    pub(super) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable(why.into())
    }

    /// What a client sees when its broker goes away.
    pub(super) fn broken() -> Self {
        Self::Unavailable("the connection was reset".to_owned())
    }

    /// What a consumer hears that its broker wants no more.
    pub(super) fn cancelled() -> Self {
        Self::Unavailable("the consumer was cancelled".to_owned())
    }
}
