//! Points of the plane.

use serde::{Deserialize, Serialize};

/// A point, in metres. On the wire it is `[x, y]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64)", into = "(f64, f64)")]
pub struct Point {
    /// Metres to the east.
    pub x: f64,
    /// Metres to the north.
    pub y: f64,
}

impl Point {
    /// Metres to another point.
    pub fn distance(self, other: Self) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }

    /// The point on the way to another: this one at 0, the other at 1.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        Self {
            x: self.x + (other.x - self.x) * share,
            y: self.y + (other.y - self.y) * share,
        }
    }

    /// Degrees clockwise from north in which another point lies, from 0 up to but not including 360.
    pub fn heading(self, other: Self) -> f64 {
        let degrees = (other.x - self.x).atan2(other.y - self.y).to_degrees();
        degrees.rem_euclid(360.0)
    }
}

impl From<(f64, f64)> for Point {
    fn from((x, y): (f64, f64)) -> Self {
        Self { x, y }
    }
}

impl From<Point> for (f64, f64) {
    fn from(point: Point) -> Self {
        (point.x, point.y)
    }
}
