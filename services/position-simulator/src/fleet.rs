//! The vans, and where each is at every whole second. Pure: moments come from outside.
//!
//! A second of a van has one position for ever. Therefore a van that is being loaded has none for the
//! time being, from the second at which it may depart: whether it does is known when its trip is
//! stored, and the seconds are made up for then.

use std::collections::VecDeque;

use contracts::VehiclePosition;
use contracts::town::Point;
use time::{Duration, OffsetDateTime};

use crate::roads::Roads;
use crate::trip::Trip;

mod journey;
pub mod names;
mod van;

pub use journey::Journey;
use van::{State, Van};

/// Seconds that are made up for, should this process not have got round to them. Older ones are lost.
pub const MOST_SECONDS_BEHIND: i64 = 600;

/// A van of the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VanId(usize);

/// All vans.
#[derive(Debug)]
pub struct Fleet {
    vans: Vec<Van>,
    shop: Point,
    told: Seconds,
}

/// Some positions, and what became of others.
#[derive(Debug, Default)]
pub struct Seconds {
    /// The positions, in the order of their seconds, each with the `traceparent` that it carries.
    pub positions: VecDeque<(VehiclePosition, Option<String>)>,
    /// How many seconds of vans are lost.
    pub lost: u64,
    /// How many trips have ended.
    pub returned: u64,
}

/// What the vans do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// At the shop.
    pub waiting: i64,
    /// On the road.
    pub driving: i64,
}

impl Fleet {
    /// Vans of these names, all at the shop. Their positions begin with the first second after `now`:
    /// an earlier process may have told those before.
    pub fn new(roads: &Roads, names: Vec<String>, now: OffsetDateTime) -> Self {
        let next = now.unix_timestamp() + 1;
        Self {
            vans: names.into_iter().map(|name| Van::new(name, next)).collect(),
            shop: roads.point(roads.shop()),
            told: Seconds::default(),
        }
    }

    /// Goes on with trips that began before. A van's newest trip counts; that of a van that this
    /// fleet does not have goes on without it.
    pub fn resume(&mut self, roads: &Roads, trips: Vec<Trip>) {
        for trip in trips {
            if let Some(van) = self.vans.iter_mut().find(|van| van.name == trip.vehicle) {
                van.resume(roads, trip);
            } else {
                tracing::warn!(vehicle = trip.vehicle, "a trip of a van that is not there");
            }
        }
    }

    /// The van's name.
    pub fn name(&self, van: VanId) -> &str {
        &self.vans[van.0].name
    }

    /// Of the vans at the shop, the one that has been there longest.
    pub fn next_at_shop(&self, now: OffsetDateTime) -> Option<VanId> {
        let at_shop = self.vans.iter().enumerate().filter_map(|(van, one)| {
            let since = one.at_shop_since(now)?;
            Some((since, van))
        });
        at_shop.min().map(|(_, van)| VanId(van))
    }

    /// Begins to load a van that is at the shop. Returns when it departs: at the next second. From
    /// then on it has no position until [`Fleet::depart`] or [`Fleet::unload`].
    pub fn load(&mut self, van: VanId, now: OffsetDateTime) -> OffsetDateTime {
        // What the van did until now is still known now.
        self.catch_up(now);
        let departs_at = second_after(now);
        self.vans[van.0].state = State::Loading(departs_at.unix_timestamp());
        departs_at
    }

    /// Lets a loaded van drive.
    pub fn depart(&mut self, van: VanId, journey: Journey) {
        self.vans[van.0].state = State::Sent(Box::new(journey));
    }

    /// Leaves a loaded van at the shop.
    pub fn unload(&mut self, van: VanId) {
        self.vans[van.0].state = State::AtShop;
    }

    /// All positions up to a moment that were not told before.
    pub fn seconds(&mut self, now: OffsetDateTime) -> Seconds {
        self.catch_up(now);
        std::mem::take(&mut self.told)
    }

    fn catch_up(&mut self, now: OffsetDateTime) {
        let last = now.unix_timestamp();
        for van in &mut self.vans {
            self.told.lost += van.forget_before(last - MOST_SECONDS_BEHIND + 1);
        }
        let next = self.vans.iter().map(|van| van.next).min();
        for second in next.unwrap_or(last + 1)..=last {
            for van in &mut self.vans {
                self.told.positions.extend(van.tell(second, self.shop));
            }
        }
        for van in &mut self.vans {
            self.told.returned += u64::from(van.comes_back(now));
        }
    }

    /// What the vans do at a moment.
    pub fn count(&self, now: OffsetDateTime) -> Count {
        let mut count = Count::default();
        for van in &self.vans {
            if van.is_driving(now) {
                count.driving += 1;
            } else {
                count.waiting += 1;
            }
        }
        count
    }
}

/// The first whole second after a moment.
pub fn second_after(now: OffsetDateTime) -> OffsetDateTime {
    now - Duration::nanoseconds(now.nanosecond().into()) + Duration::SECOND
}
