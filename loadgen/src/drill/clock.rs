//! The drill's own time: seconds since its start, and the way to the wall clock and back.

use std::time::{Duration, Instant};

use time::OffsetDateTime;

/// A start, by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    wall: OffsetDateTime,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            wall: OffsetDateTime::now_utc(),
        }
    }

    /// Seconds since the start.
    pub fn now_s(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// The wall clock's time at the start.
    pub fn started_at(&self) -> OffsetDateTime {
        self.wall
    }

    /// The start in seconds since 1970.
    pub fn started_unix_s(&self) -> f64 {
        // Nanoseconds of this century fit an f64 to well under a microsecond.
        self.wall.unix_timestamp_nanos() as f64 / 1e9
    }

    /// Seconds from the start to that time on the wall clock.
    pub fn seconds_at(&self, wall: OffsetDateTime) -> f64 {
        (wall - self.wall).as_seconds_f64()
    }

    /// When `after` will have passed since the start.
    pub fn instant(&self, after: Duration) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.started + after)
    }
}
