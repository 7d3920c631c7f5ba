//! What this service tells others, and what they tell it.

use chassis::queue::{Topic, Topics};
use contracts::{OrderPlaced, OrdersDelivered, OrdersDispatched};

pub mod progress;
pub mod relay;

pub use progress::Follow;
pub use relay::Relay;

/// What this service has to do with the queue.
pub const TOPICS: Topics<'static> = Topics {
    publishes: &[Topic::of::<OrderPlaced>()],
    consumes: &[
        Topic::of::<OrdersDispatched>(),
        Topic::of::<OrdersDelivered>(),
    ],
};

/// An event that the queue has not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its place in the outbox: rises, and is what is forgotten when it is confirmed.
    pub sequence: i64,
    /// The event.
    pub event: OrderPlaced,
    /// Whether the order was cancelled before this was told: nobody needs to hear it.
    pub withdrawn: bool,
    /// The W3C `traceparent` of the request that caused it, where that was sampled.
    pub traceparent: Option<String>,
}
