//! The pure core: tours, drives, trips and fleets, for any orders.

use std::sync::LazyLock;

use contracts::town::{CornerId, Town};
use position_simulator::roads::Roads;
use position_simulator::trip::WaitingOrder;
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

mod drives;
mod fleets;
mod roads;
mod tours;

static ROADS: LazyLock<Roads> = LazyLock::new(|| Roads::of(Town::emberwick()));

const NOON: OffsetDateTime = datetime!(2026-01-31 12:00:00 UTC);

/// Some corners, none to two hundred, perhaps several times the same.
fn corners() -> impl Strategy<Value = Vec<CornerId>> {
    let last = u16::try_from(Town::emberwick().corners.len()).expect("few corners");
    proptest::collection::vec((0..last).prop_map(CornerId), 0..200)
}

/// An order for each corner.
fn orders(corners: &[CornerId]) -> Vec<WaitingOrder> {
    let order = |corner: &CornerId| WaitingOrder {
        order_id: Uuid::now_v7(),
        corner: *corner,
        traceparent: None,
    };
    corners.iter().map(order).collect()
}

/// An order for each corner of the town.
fn everywhere() -> Vec<WaitingOrder> {
    let corners: Vec<_> = Town::emberwick().corners.iter().map(|one| one.id).collect();
    orders(&corners)
}
