//! Orders of stops.

use std::collections::BTreeSet;

use position_simulator::tour;
use proptest::prelude::*;

use super::{ROADS, corners, everywhere};

proptest! {
    #[test]
    fn a_tour_visits_each_corner_once(stops in corners()) {
        let visited = tour::order(&ROADS, stops.clone());
        let distinct: BTreeSet<_> = visited.iter().copied().collect();
        prop_assert_eq!(visited.len(), distinct.len());
        prop_assert_eq!(distinct, stops.into_iter().collect());
    }

    #[test]
    fn a_tour_depends_on_the_set_of_corners_only(stops in corners()) {
        let mut others = stops.clone();
        others.reverse();
        others.extend(stops.first().copied());
        prop_assert_eq!(tour::order(&ROADS, stops), tour::order(&ROADS, others));
    }

    /// Whoever visits a farther set of corners cannot be quicker than there and back to the farthest
    /// of them, and this tour is no worse than going back to the shop after each.
    #[test]
    fn a_tour_is_no_detour(stops in corners()) {
        let shop = ROADS.shop();
        let there_and_back = |to| 2 * ROADS.millis(shop, to);
        let least = stops.iter().map(|stop| there_and_back(*stop)).max().unwrap_or(0);
        let tour = tour::order(&ROADS, stops);
        let most: u64 = tour.iter().map(|stop| there_and_back(*stop)).sum();
        let taken = tour::millis(&ROADS, &tour);
        prop_assert!((least..=most).contains(&taken), "{least} {taken} {most}");
    }
}

/// Better than going in the order in which corners are numbered, by far; and not tied: nowhere would
/// it be quicker to turn a part round.
#[test]
fn a_tour_of_the_whole_town_is_untied() {
    let numbered: Vec<_> = everywhere().iter().map(|order| order.corner).collect();
    let tour = tour::order(&ROADS, numbered.clone());
    let taken = tour::millis(&ROADS, &tour);
    assert!(taken * 2 < tour::millis(&ROADS, &numbered), "{taken} ms");
    for first in 0..tour.len() {
        for last in first + 1..tour.len() {
            let mut turned = tour.clone();
            turned[first..=last].reverse();
            assert!(tour::millis(&ROADS, &turned) >= taken, "{first}..={last}");
        }
    }
}
