//! Shortest ways.

use contracts::town::{CornerId, Town};

use super::ROADS;

/// All corners of the town.
fn all() -> impl Iterator<Item = CornerId> {
    Town::emberwick().corners.iter().map(|corner| corner.id)
}

#[test]
fn a_way_leads_where_it_should_and_takes_what_it_says() {
    for from in all() {
        for to in all() {
            let way = ROADS.way(from, to);
            assert_eq!(way.last().map_or(from, |side| side.to), to);
            let seconds: f64 = way.iter().map(|side| side.metres / side.limit).sum();
            let said = ROADS.millis(from, to) as f64 / 1000.0;
            assert!(
                (seconds - said).abs() < 0.1,
                "{from:?} {to:?}: {seconds} {said}"
            );
        }
    }
}

/// The triangle inequality: no way over a third corner is quicker.
#[test]
fn no_detour_is_quicker_and_the_way_back_is_as_long() {
    for from in all() {
        for to in all() {
            let straight = ROADS.millis(from, to);
            assert_eq!(straight, ROADS.millis(to, from));
            for over in all().step_by(7) {
                let detour = ROADS.millis(from, over) + ROADS.millis(over, to);
                assert!(straight <= detour, "{from:?} {to:?} over {over:?}");
            }
        }
    }
}

#[test]
fn ways_keep_to_the_streets() {
    let streets: Vec<_> = Town::emberwick().stretches().collect();
    for from in all() {
        let mut here = from;
        for side in ROADS.way(from, ROADS.shop()) {
            let on_street = streets.iter().any(|stretch| {
                let ends = (stretch.from, stretch.to);
                ends == (here, side.to) || ends == (side.to, here)
            });
            assert!(on_street, "{here:?} to {:?}", side.to);
            here = side.to;
        }
    }
}
