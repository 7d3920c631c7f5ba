//! A van's way and its speed along it: a pure function from the town's time since the departure to a
//! point of the map.

use contracts::town::{CornerId, Point};

use crate::roads::{Roads, Side};

mod motion;

pub use motion::ACCELERATION;
use motion::Motion;

/// How long a stop takes, in seconds of the town's time.
pub const STOP_SECONDS: f64 = 4.0;

/// A drive from the shop over some corners and back. Times are in seconds of the town's time since
/// the departure.
#[derive(Clone, Debug)]
pub struct Drive {
    pieces: Vec<Piece>,
    handed_over: Vec<f64>,
    seconds: f64,
}

/// Where a van is on its drive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Whereabouts {
    /// The point.
    pub point: Point,
    /// Degrees clockwise from north.
    pub heading: f64,
    /// Metres a second.
    pub speed: f64,
}

/// A part of the drive in one direction, or at one point.
#[derive(Clone, Debug)]
struct Piece {
    begins: f64,
    from: Point,
    to: Point,
    heading: f64,
    motion: Motion,
}

impl Drive {
    /// Over these corners in this order.
    pub fn over(roads: &Roads, stops: &[CornerId]) -> Self {
        let mut drive = Self {
            pieces: Vec::new(),
            handed_over: Vec::with_capacity(stops.len()),
            seconds: 0.0,
        };
        let mut here = roads.shop();
        for stop in stops {
            drive.go(roads, here, *stop);
            drive.stand(roads.point(*stop));
            here = *stop;
        }
        drive.go(roads, here, roads.shop());
        drive
    }

    /// How long it takes.
    pub const fn seconds(&self) -> f64 {
        self.seconds
    }

    /// When each stop is over, and its orders are with their customers.
    pub fn handed_over(&self) -> &[f64] {
        &self.handed_over
    }

    /// Where the van is at a moment; none for a drive to nowhere. Before the beginning it is at the
    /// beginning, after the end at the end.
    pub fn at(&self, seconds: f64) -> Option<Whereabouts> {
        let after = self.pieces.partition_point(|piece| piece.begins <= seconds);
        let piece = self.pieces.get(after.saturating_sub(1))?;
        let (share, speed) = piece.motion.at(seconds - piece.begins);
        Some(Whereabouts {
            point: piece.from.towards(piece.to, share),
            heading: piece.heading,
            speed,
        })
    }

    /// Drives from one stop to the next.
    fn go(&mut self, roads: &Roads, from: CornerId, to: CornerId) {
        let way = roads.way(from, to);
        let speeds = motion::corner_speeds(&way);
        let mut here = roads.point(from);
        for (Side { to, metres, limit }, ends) in way.into_iter().zip(speeds.windows(2)) {
            let there = roads.point(to);
            let motion = Motion::along(metres, limit, ends[0], ends[1]);
            self.push(here, there, here.heading(there), motion);
            here = there;
        }
    }

    fn stand(&mut self, point: Point) {
        let heading = self.pieces.last().map_or(0.0, |piece| piece.heading);
        self.push(point, point, heading, Motion::standing(STOP_SECONDS));
        self.handed_over.push(self.seconds);
    }

    fn push(&mut self, from: Point, to: Point, heading: f64, motion: Motion) {
        let begins = self.seconds;
        self.seconds += motion.seconds();
        self.pieces.push(Piece {
            begins,
            from,
            to,
            heading,
            motion,
        });
    }
}
