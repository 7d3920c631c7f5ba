//! Speed on one side of a street: faster at one rate, then steady, then slower at the same rate.

use crate::roads::Side;

/// How much faster or slower a van gets in a second, in metres a second.
pub const ACCELERATION: f64 = 4.0;

/// A way along a straight line, in metres and seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Motion {
    metres: f64,
    /// Metres a second at the beginning, in the middle and at the end.
    speeds: [f64; 3],
    /// Seconds of each part.
    parts: [f64; 3],
}

impl Motion {
    /// Along a side: not faster than `limit`, and with these speeds at its ends, which it is long
    /// enough for.
    pub(super) fn along(metres: f64, limit: f64, enter: f64, leave: f64) -> Self {
        let most = f64::midpoint(enter.powi(2), leave.powi(2)) + ACCELERATION * metres;
        let steady = most.sqrt().min(limit).max(enter).max(leave);
        let faster = (steady.powi(2) - enter.powi(2)) / (2.0 * ACCELERATION);
        let slower = (steady.powi(2) - leave.powi(2)) / (2.0 * ACCELERATION);
        Self {
            metres,
            speeds: [enter, steady, leave],
            parts: [
                (steady - enter) / ACCELERATION,
                (metres - faster - slower).max(0.0) / steady,
                (steady - leave) / ACCELERATION,
            ],
        }
    }

    /// So long at one point.
    pub(super) const fn standing(seconds: f64) -> Self {
        Self {
            metres: 0.0,
            speeds: [0.0; 3],
            parts: [0.0, seconds, 0.0],
        }
    }

    /// How long it takes.
    pub(super) fn seconds(&self) -> f64 {
        self.parts.iter().sum()
    }

    /// The share of the way that is behind, and the speed, at a moment since the beginning.
    pub(super) fn at(&self, seconds: f64) -> (f64, f64) {
        let [enter, steady, leave] = self.speeds;
        let [faster, even, slower] = self.parts;
        let left = self.seconds() - seconds;
        if left <= 0.0 {
            return (1.0, leave);
        }
        let (metres, speed) = if seconds < faster {
            let passed = seconds.max(0.0);
            let speed = enter + ACCELERATION * passed;
            (f64::midpoint(enter, speed) * passed, speed)
        } else if seconds < faster + even {
            let passed = seconds - faster;
            (
                f64::midpoint(enter, steady) * faster + steady * passed,
                steady,
            )
        } else {
            let left = left.min(slower);
            let speed = leave + ACCELERATION * left;
            (self.metres - f64::midpoint(leave, speed) * left, speed)
        };
        if self.metres > 0.0 {
            ((metres / self.metres).clamp(0.0, 1.0), speed)
        } else {
            (0.0, speed)
        }
    }
}

/// The speed at each corner of a way, both ends included: standing at the ends, else as fast as both
/// sides allow and the distance leaves room for.
pub(super) fn corner_speeds(way: &[Side]) -> Vec<f64> {
    let mut speeds = vec![0.0; way.len() + 1];
    for (corner, sides) in way.windows(2).enumerate() {
        let allowed = sides[0].limit.min(sides[1].limit);
        speeds[corner + 1] = allowed.min(reach(speeds[corner], sides[0].metres));
    }
    for (corner, side) in way.iter().enumerate().rev() {
        speeds[corner] = speeds[corner].min(reach(speeds[corner + 1], side.metres));
    }
    speeds
}

/// The speed that can be had over a distance, from another one; or that can be had from, backwards.
fn reach(from: f64, metres: f64) -> f64 {
    (from.powi(2) + 2.0 * ACCELERATION * metres).sqrt()
}
