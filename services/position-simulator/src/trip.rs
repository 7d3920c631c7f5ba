//! A trip: some orders, the stops that they make, and when the van is where.

use std::collections::HashMap;
use std::time::Duration;

use contracts::town::CornerId;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::drive::Drive;
use crate::roads::Roads;
use crate::tour;

/// An order that no van has yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingOrder {
    /// The order.
    pub order_id: Uuid,
    /// Where a van stops for it.
    pub corner: CornerId,
    /// The W3C `traceparent` of what brought it, where that was sampled.
    pub traceparent: Option<String>,
}

/// A trip of one van. All that it does follows from this, at any moment and on any machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    /// Its id, a UUID of version 7.
    pub id: Uuid,
    /// The van's name.
    pub vehicle: String,
    /// When the van leaves: a whole second.
    pub departs_at: OffsetDateTime,
    /// When it is back at the shop, to the millisecond.
    pub returns_at: OffsetDateTime,
    /// How many times faster than the clock the town's time goes.
    pub time_factor: u32,
    /// The W3C `traceparent` of the trip's span, where it is sampled.
    pub traceparent: Option<String>,
    /// Where it stops, in this order.
    pub stops: Vec<Stop>,
}

/// A stop of a trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Where it is.
    pub corner: CornerId,
    /// When its orders are with their customers, to the millisecond.
    pub due_at: OffsetDateTime,
}

/// A trip before it begins, with what is on the van.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The trip.
    pub trip: Trip,
    /// Each order with the place of its stop in the list of stops.
    pub orders: Vec<(Uuid, usize)>,
}

/// Plans a trip that brings these orders, one stop a corner.
pub fn plan(
    roads: &Roads,
    vehicle: &str,
    orders: &[WaitingOrder],
    departs_at: OffsetDateTime,
    time_factor: u32,
) -> Loaded {
    let corners = tour::order(roads, orders.iter().map(|order| order.corner));
    let drive = Drive::over(roads, &corners);
    let at = |seconds: f64| departs_at + real_time(seconds, time_factor);
    let stops = corners
        .iter()
        .zip(drive.handed_over())
        .map(|(corner, over)| Stop {
            corner: *corner,
            due_at: at(*over),
        });
    let places: HashMap<_, _> = corners.iter().zip(0..).collect();
    Loaded {
        orders: orders
            .iter()
            .map(|order| (order.order_id, places[&order.corner]))
            .collect(),
        trip: Trip {
            id: Uuid::now_v7(),
            vehicle: vehicle.to_owned(),
            departs_at,
            returns_at: at(drive.seconds()),
            time_factor,
            traceparent: None,
            stops: stops.collect(),
        },
    }
}

impl Trip {
    /// Puts the whole trip off, so that it departs at another moment.
    pub fn put_off_to(&mut self, departs_at: OffsetDateTime) {
        let later = departs_at - self.departs_at;
        self.departs_at += later;
        self.returns_at += later;
        for stop in &mut self.stops {
            stop.due_at += later;
        }
    }

    /// Its way through the town.
    pub fn drive(&self, roads: &Roads) -> Drive {
        let corners: Vec<_> = self.stops.iter().map(|stop| stop.corner).collect();
        Drive::over(roads, &corners)
    }
}

/// What the clock shows of a time of the town's, in whole milliseconds, rounded up.
fn real_time(town_seconds: f64, time_factor: u32) -> Duration {
    let millis = (town_seconds * 1000.0 / f64::from(time_factor)).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and no trip takes thousands of years"
    )]
    Duration::from_millis(millis as u64)
}
