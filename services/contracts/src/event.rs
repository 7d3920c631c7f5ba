//! What services tell each other.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::order::{Item, Order};

/// An order was taken. May come more than once: `order_id` tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The order.
    pub order_id: Uuid,
    /// Who gets it.
    pub customer: String,
    /// Where it goes.
    pub address: String,
    /// What is in it.
    pub items: Vec<Item>,
    /// When it was taken.
    #[serde(with = "time::serde::rfc3339")]
    pub placed_at: OffsetDateTime,
}

impl OrderPlaced {
    /// The kind of event, which is its routing key too.
    pub const KIND: &str = "order.placed";
}

impl From<Order> for OrderPlaced {
    fn from(order: Order) -> Self {
        Self {
            order_id: order.id,
            customer: order.customer,
            address: order.address,
            items: order.items,
            placed_at: order.placed_at,
        }
    }
}
