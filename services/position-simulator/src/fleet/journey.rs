//! A trip on its way, in real time.

use contracts::town::{CornerId, Point};
use contracts::vehicle::Position;
use time::{Duration, OffsetDateTime};

use crate::drive::{Drive, Whereabouts};
use crate::roads::Roads;
use crate::trip::Trip;

/// A trip and its way.
#[derive(Clone, Debug)]
pub struct Journey {
    trip: Trip,
    drive: Drive,
}

impl Journey {
    /// The way of a trip; none where the town has changed and a stop is not there any more.
    pub fn of(roads: &Roads, trip: Trip) -> Option<Self> {
        let exists = |corner: CornerId| roads.knows(corner);
        trip.stops
            .iter()
            .all(|stop| exists(stop.corner))
            .then(|| Self {
                drive: trip.drive(roads),
                trip,
            })
    }

    /// The trip.
    pub const fn trip(&self) -> &Trip {
        &self.trip
    }

    /// Whether the van is on the road at a moment.
    pub fn is_on_at(&self, moment: OffsetDateTime) -> bool {
        (self.trip.departs_at..self.trip.returns_at).contains(&moment)
    }

    /// The van's position at a moment; none while it is not on the road.
    pub fn position(&self, at: OffsetDateTime) -> Option<Position> {
        if !self.is_on_at(at) {
            return None;
        }
        let seconds = (at - self.trip.departs_at).as_seconds_f64();
        let whereabouts = self.drive.at(seconds * f64::from(self.trip.time_factor))?;
        Some(position(whereabouts, Some(&self.trip), at))
    }

    /// The `traceparent` that a position carries: of a trip that is sampled, the first one after the
    /// departure and after each stop. All of them would make a trace nobody can read.
    pub fn traceparent(&self, at: OffsetDateTime) -> Option<&str> {
        let traceparent = self.trip.traceparent.as_deref()?;
        let before = at - Duration::SECOND;
        let new = |moment: OffsetDateTime| before < moment && moment <= at;
        let stopped = self.trip.stops.partition_point(|stop| stop.due_at <= at);
        let last = stopped
            .checked_sub(1)
            .map(|last| self.trip.stops[last].due_at);
        (new(self.trip.departs_at) || last.is_some_and(new)).then_some(traceparent)
    }
}

/// The position of a van that waits at the shop.
pub(super) fn waiting(shop: Point, at: OffsetDateTime) -> Position {
    let whereabouts = Whereabouts {
        point: shop,
        heading: 0.0,
        speed: 0.0,
    };
    position(whereabouts, None, at)
}

fn position(whereabouts: Whereabouts, trip: Option<&Trip>, at: OffsetDateTime) -> Position {
    Position {
        x: tenths(whereabouts.point.x),
        y: tenths(whereabouts.point.y),
        heading: tenths(whereabouts.heading) % 360.0,
        speed: tenths(whereabouts.speed * 3.6),
        trip_id: trip.map(|trip| trip.id),
        at,
    }
}

/// Nobody needs to know it more exactly, and every message is shorter.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
