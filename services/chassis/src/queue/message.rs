//! Messages as services see them.

use time::OffsetDateTime;
use uuid::Uuid;

/// An event to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing<E> {
    /// What happened.
    pub event: E,
    /// The W3C `traceparent` of the span that caused it, where that was sampled.
    pub traceparent: Option<String>,
}

impl<E> Outgoing<E> {
    /// An event that nobody traces.
    pub const fn untraced(event: E) -> Self {
        Self {
            event,
            traceparent: None,
        }
    }
}

/// An event that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming<E> {
    /// The message's own id: the same whenever it is delivered again, another one when the event
    /// is published again.
    pub id: Uuid,
    /// What happened.
    pub event: E,
    /// The W3C `traceparent` of this message's own consumer span, where that is sampled: the parent
    /// of what is done because of it.
    pub traceparent: Option<String>,
    /// When it was published, by the publisher's clock.
    pub published_at: OffsetDateTime,
    /// How often it was given to a handler, this time included.
    pub tries: u32,
}
