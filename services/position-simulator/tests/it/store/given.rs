//! What the cases use.

use contracts::town::{CornerId, Town};
use position_simulator::roads::Roads;
use position_simulator::trip::{self, Loaded, WaitingOrder};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub(super) const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A moment so many seconds after another one.
pub(super) fn second(seconds: i64) -> OffsetDateTime {
    datetime!(2026-01-31 12:00:00 UTC) + Duration::seconds(seconds)
}

/// So many orders, each younger than the one before. The corners are four.
pub(super) fn orders(count: u16) -> Vec<WaitingOrder> {
    let order = |number: u16| WaitingOrder {
        order_id: Uuid::now_v7(),
        corner: CornerId(10 + number % 4),
        traceparent: (number == 1).then(|| TRACEPARENT.to_owned()),
    };
    (0..count).map(order).collect()
}

/// A trip with these orders.
pub(super) fn trip(vehicle: &str, orders: &[WaitingOrder], departs_at: OffsetDateTime) -> Loaded {
    let roads = Roads::of(Town::emberwick());
    trip::plan(&roads, vehicle, orders, departs_at, 60)
}

/// The ids of orders, in order.
pub(super) fn ids(orders: &[WaitingOrder]) -> Vec<Uuid> {
    let mut ids: Vec<_> = orders.iter().map(|order| order.order_id).collect();
    ids.sort_unstable();
    ids
}
