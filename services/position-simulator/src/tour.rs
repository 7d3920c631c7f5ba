//! In which order a van visits its stops.

use contracts::town::CornerId;

use crate::roads::Roads;

/// How often the whole tour is looked through for something better. In practice a few times do.
const MOST_PASSES: u32 = 30;

/// Orders the stops of a tour that begins and ends at the shop: the nearest stop next, then crossings
/// are untied (2-opt). Each corner is visited once, however often it is named. Depends on nothing
/// but the corners' set.
pub fn order(roads: &Roads, stops: impl IntoIterator<Item = CornerId>) -> Vec<CornerId> {
    let mut left: Vec<_> = stops.into_iter().collect();
    left.sort_unstable();
    left.dedup();
    let mut tour = nearest_first(roads, left);
    for _ in 0..MOST_PASSES {
        if !untie(roads, &mut tour) {
            break;
        }
    }
    tour
}

/// How long the tour takes at the speed limits, stops apart, in milliseconds of the town's time.
pub fn millis(roads: &Roads, tour: &[CornerId]) -> u64 {
    let ends = || std::iter::once(roads.shop());
    let from = ends().chain(tour.iter().copied());
    let to = tour.iter().copied().chain(ends());
    from.zip(to).map(|(from, to)| roads.millis(from, to)).sum()
}

fn nearest_first(roads: &Roads, mut left: Vec<CornerId>) -> Vec<CornerId> {
    let mut tour = Vec::with_capacity(left.len());
    let mut here = roads.shop();
    while let Some(nearest) = (0..left.len()).min_by_key(|at| roads.millis(here, left[*at])) {
        // Keeps the order of the others, and with it what is chosen among equals.
        here = left.remove(nearest);
        tour.push(here);
    }
    tour
}

/// Turns a part of the tour round wherever that makes it shorter. Returns whether it did.
fn untie(roads: &Roads, tour: &mut [CornerId]) -> bool {
    let mut better = false;
    for first in 0..tour.len() {
        for last in first + 1..tour.len() {
            let shop = roads.shop();
            let before = first.checked_sub(1).map_or(shop, |at| tour[at]);
            let after = tour.get(last + 1).copied().unwrap_or(shop);
            let now = roads.millis(before, tour[first]) + roads.millis(tour[last], after);
            let then = roads.millis(before, tour[last]) + roads.millis(tour[first], after);
            if then < now {
                tour[first..=last].reverse();
                better = true;
            }
        }
    }
    better
}
