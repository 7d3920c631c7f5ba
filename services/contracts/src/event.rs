//! What services tell each other.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::order::{Item, Order};
use crate::vehicle::Position;

/// Something that happened. Every event may come more than once, and late.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind of event, which names its queue too.
    const TOPIC: &'static str;
}

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

impl Event for OrderPlaced {
    const TOPIC: &'static str = "order.placed";
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

/// Orders have left on a van. Comes once a trip; `trip_id` and `order_ids` tell repetitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdersDispatched {
    /// The trip.
    pub trip_id: Uuid,
    /// The van's name.
    pub vehicle: String,
    /// All orders of the trip.
    pub order_ids: Vec<Uuid>,
    /// When the van left.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Event for OrdersDispatched {
    const TOPIC: &'static str = "orders.dispatched";
}

/// Orders are with their customers. Comes once a stop of a trip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdersDelivered {
    /// The trip.
    pub trip_id: Uuid,
    /// The van's name.
    pub vehicle: String,
    /// The orders of this stop.
    pub order_ids: Vec<Uuid>,
    /// When they were handed over.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Event for OrdersDelivered {
    const TOPIC: &'static str = "orders.delivered";
}

/// Where a van is: one a van and a whole second, so that (`vehicle`, `position.at`) identifies it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VehiclePosition {
    /// The van's name, such as `City Truck`.
    pub vehicle: String,
    /// Where it is, and when.
    pub position: Position,
}

impl Event for VehiclePosition {
    const TOPIC: &'static str = "vehicle.position";
}
