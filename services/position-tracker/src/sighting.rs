//! What is taken for a position, and what is not.

use contracts::vehicle::MAX_NAME_CHARACTERS;
use contracts::{Position, VehiclePosition};
use time::{Duration, OffsetDateTime, UtcOffset};

/// Metres from the map's origin, to each side.
const FARTHEST: f64 = 100_000.0;

/// Kilometres an hour.
const FASTEST: f64 = 500.0;

/// How far a publisher's clock may be ahead of ours.
const MOST_AHEAD: Duration = Duration::seconds(5);

/// A vehicle that was somewhere: its fields are valid, and its time is in UTC and microseconds, as
/// databases keep it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting<'a> {
    /// The vehicle's name.
    pub vehicle: &'a str,
    /// Where it was, and when.
    pub position: Position,
}

/// Why a position is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// One of its fields makes no sense.
    Invalid,
    /// It claims a time that has not come yet.
    FromTheFuture,
    /// It is older than what history keeps.
    TooOld,
}

impl<'a> Sighting<'a> {
    /// Checks an event at the time `now`; history begins at `oldest`.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn of(
        event: &'a VehiclePosition,
        now: OffsetDateTime,
        oldest: OffsetDateTime,
    ) -> Result<Self, Unfit> {
        let position = &event.position;
        if !(is_name(&event.vehicle) && is_valid(position)) {
            return Err(Unfit::Invalid);
        }
        if position.at > now + MOST_AHEAD {
            return Err(Unfit::FromTheFuture);
        }
        if position.at < oldest {
            return Err(Unfit::TooOld);
        }
        Ok(Self {
            vehicle: &event.vehicle,
            position: plain(position),
        })
    }
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_CHARACTERS).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

/// Ranges hold no NaN.
fn is_valid(position: &Position) -> bool {
    let on_the_map = -FARTHEST..=FARTHEST;
    on_the_map.contains(&position.x)
        && on_the_map.contains(&position.y)
        && (0.0..360.0).contains(&position.heading)
        && (0.0..=FASTEST).contains(&position.speed)
}

/// As it comes back from a database: what is in memory and what is in history must not differ.
fn plain(position: &Position) -> Position {
    // To add zero makes a negative zero positive, and changes no other number.
    Position {
        x: position.x + 0.0,
        y: position.y + 0.0,
        heading: position.heading + 0.0,
        speed: position.speed + 0.0,
        trip_id: position.trip_id,
        at: in_microseconds(position.at),
    }
}

/// A moment in UTC, without what is finer than microseconds.
pub(crate) fn in_microseconds(moment: OffsetDateTime) -> OffsetDateTime {
    let finer = i64::from(moment.nanosecond() % 1_000);
    moment.to_offset(UtcOffset::UTC) - Duration::nanoseconds(finer)
}

#[cfg(test)]
mod tests;
