//! What this service will tell others: the outbox's rows, as a relay reads them.

use contracts::OrderPlaced;

/// An event that the queue has not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its place in the outbox: rises, and is what is acknowledged.
    pub sequence: i64,
    /// The event.
    pub event: OrderPlaced,
    /// The W3C `traceparent` of the request that caused it, where that was sampled.
    pub traceparent: Option<String>,
}
