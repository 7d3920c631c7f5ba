//! The quickest way from any corner to any other, worked out once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use contracts::town::{CornerId, Point, Stretch, Town};

/// A town's streets, as a driver knows them.
#[derive(Clone, Debug)]
pub struct Roads {
    shop: CornerId,
    points: Vec<Point>,
    sides: Vec<Vec<Side>>,
    from: Vec<Ways>,
}

/// A piece of road that leaves a corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// The corner that it leads to.
    pub to: CornerId,
    /// How long it is.
    pub metres: f64,
    /// Metres a second that one may drive on it.
    pub limit: f64,
}

/// The quickest ways from one corner.
#[derive(Clone, Debug)]
struct Ways {
    /// How long the way to each corner takes.
    millis: Vec<u64>,
    /// The corner that comes before each.
    before: Vec<CornerId>,
}

impl Roads {
    /// Learns a town.
    pub fn of(town: &Town) -> Self {
        let points: Vec<_> = town
            .corners
            .iter()
            .map(|one| Point { x: one.x, y: one.y })
            .collect();
        let mut sides = vec![Vec::new(); points.len()];
        for stretch in town.stretches() {
            sides[index(stretch.from)].push(side(&stretch, stretch.to));
            sides[index(stretch.to)].push(side(&stretch, stretch.from));
        }
        let from = town
            .corners
            .iter()
            .map(|one| ways(&sides, one.id))
            .collect();
        Self {
            shop: town.shop,
            points,
            sides,
            from,
        }
    }

    /// The corner where vans wait.
    pub const fn shop(&self) -> CornerId {
        self.shop
    }

    /// Whether there is such a corner. All other functions ask for corners that there are.
    pub fn knows(&self, corner: CornerId) -> bool {
        index(corner) < self.points.len()
    }

    /// Where a corner is.
    pub fn point(&self, corner: CornerId) -> Point {
        self.points[index(corner)]
    }

    /// How long the quickest way takes at the speed limits, in milliseconds of the town's time. As
    /// long there as back.
    pub fn millis(&self, from: CornerId, to: CornerId) -> u64 {
        self.from[index(from)].millis[index(to)]
    }

    /// The quickest way, side by side. Empty where both are the same corner.
    pub fn way(&self, from: CornerId, to: CornerId) -> Vec<Side> {
        let before = &self.from[index(from)].before;
        let mut way = Vec::new();
        let mut corner = to;
        while corner != from {
            let previous = before[index(corner)];
            let quickest = self.sides[index(previous)]
                .iter()
                .filter(|side| side.to == corner)
                .min_by_key(|side| duration_millis(side));
            way.extend(quickest);
            corner = previous;
        }
        way.reverse();
        way
    }
}

fn index(corner: CornerId) -> usize {
    usize::from(corner.0)
}

fn side(stretch: &Stretch, to: CornerId) -> Side {
    Side {
        to,
        metres: stretch.metres,
        limit: stretch.class.speed_limit_kmh() / 3.6,
    }
}

/// Whole milliseconds, so that sums are exact and ways are the same on every machine.
fn duration_millis(side: &Side) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and no street takes weeks"
    )]
    {
        (side.metres / side.limit * 1000.0).round() as u64
    }
}

/// Dijkstra's algorithm. Of two ways that take the same time, the one over lower corners.
fn ways(sides: &[Vec<Side>], start: CornerId) -> Ways {
    let mut ways = Ways {
        millis: vec![u64::MAX; sides.len()],
        before: vec![start; sides.len()],
    };
    ways.millis[index(start)] = 0;
    let mut open = BinaryHeap::from([Reverse((0, start))]);
    while let Some(Reverse((millis, corner))) = open.pop() {
        if millis > ways.millis[index(corner)] {
            continue;
        }
        for side in &sides[index(corner)] {
            let arrival = millis + duration_millis(side);
            if arrival < ways.millis[index(side.to)] {
                ways.millis[index(side.to)] = arrival;
                ways.before[index(side.to)] = corner;
                open.push(Reverse((arrival, side.to)));
            }
        }
    }
    ways
}
