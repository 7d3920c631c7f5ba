//! One van.

use contracts::VehiclePosition;
use contracts::town::Point;
use time::OffsetDateTime;

use super::journey::{self, Journey};
use crate::roads::Roads;
use crate::trip::Trip;

#[derive(Debug)]
pub(super) struct Van {
    pub(super) name: String,
    pub(super) state: State,
    /// The second whose position is told next.
    pub(super) next: i64,
    home_since: Option<OffsetDateTime>,
}

#[derive(Debug)]
pub(super) enum State {
    /// At the shop.
    AtShop,
    /// At the shop until this second; what comes then is not known yet.
    Loading(i64),
    /// Its trip is stored. It begins soon, is on its way or is over.
    Sent(Box<Journey>),
}

impl Van {
    pub(super) const fn new(name: String, next: i64) -> Self {
        Self {
            name,
            state: State::AtShop,
            next,
            home_since: None,
        }
    }

    pub(super) fn resume(&mut self, roads: &Roads, trip: Trip) {
        if let State::Sent(now) = &self.state
            && now.trip().departs_at >= trip.departs_at
        {
            return;
        }
        if let Some(journey) = Journey::of(roads, trip) {
            self.state = State::Sent(Box::new(journey));
        } else {
            tracing::warn!(vehicle = self.name, "a trip through another town");
        }
    }

    /// Since when it has been at the shop and may be loaded; none where it may not.
    pub(super) fn at_shop_since(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        match &self.state {
            State::AtShop => Some(self.home_since.unwrap_or(OffsetDateTime::UNIX_EPOCH)),
            State::Loading(_) => None,
            State::Sent(journey) => {
                let back = journey.trip().returns_at;
                (back <= now).then_some(back)
            }
        }
    }

    pub(super) fn is_driving(&self, now: OffsetDateTime) -> bool {
        matches!(&self.state, State::Sent(journey) if journey.is_on_at(now))
    }

    /// Gives up seconds before this one. Returns how many.
    pub(super) fn forget_before(&mut self, second: i64) -> u64 {
        let lost = u64::try_from(second - self.next).unwrap_or_default();
        self.next = self.next.max(second);
        lost
    }

    /// The position of a second, if it is the next one to tell and is known.
    pub(super) fn tell(
        &mut self,
        second: i64,
        shop: Point,
    ) -> Option<(VehiclePosition, Option<String>)> {
        if second != self.next || matches!(self.state, State::Loading(from) if from <= second) {
            return None;
        }
        let at = OffsetDateTime::from_unix_timestamp(second).ok()?;
        self.next = second + 1;
        let (position, traceparent) = match &self.state {
            State::Sent(journey) => (journey.position(at), journey.traceparent(at)),
            State::AtShop | State::Loading(_) => (None, None),
        };
        let event = VehiclePosition {
            vehicle: self.name.clone(),
            position: position.unwrap_or_else(|| journey::waiting(shop, at)),
        };
        Some((event, traceparent.map(str::to_owned)))
    }

    /// Ends a trip that is over and wholly told. Returns whether there was one.
    pub(super) fn comes_back(&mut self, now: OffsetDateTime) -> bool {
        let State::Sent(journey) = &self.state else {
            return false;
        };
        let back = journey.trip().returns_at;
        if back > now || self.next <= back.unix_timestamp() {
            return false;
        }
        self.home_since = Some(back);
        self.state = State::AtShop;
        true
    }
}
