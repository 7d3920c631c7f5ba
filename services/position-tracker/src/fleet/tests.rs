use time::macros::datetime;

use super::*;

const NOON: OffsetDateTime = datetime!(2026-01-31 12:00 UTC);

fn at(second: i64) -> Position {
    Position {
        x: second as f64,
        y: 0.0,
        heading: 0.0,
        speed: 0.0,
        trip_id: None,
        at: NOON + Duration::seconds(second),
    }
}

fn seen(vehicle: &str, second: i64) -> Sighting<'_> {
    Sighting {
        vehicle,
        position: at(second),
    }
}

#[test]
fn only_what_is_newer_moves_a_vehicle() {
    let fleet = Fleet::default();
    let sightings = [
        seen("b", 1),
        seen("a", 5),
        seen("b", 3),
        seen("b", 2),
        seen("b", 3),
        seen("a", 6),
    ];
    let moved = fleet.advance(&sightings);
    assert_eq!(moved, [true, true, true, false, false, true]);
    assert_eq!(fleet.position("a"), Some(at(6)));
    assert_eq!(fleet.position("b"), Some(at(3)));
    assert_eq!(fleet.position("c"), None);
    assert_eq!(fleet.all(), [("a".into(), at(6)), ("b".into(), at(3))]);
}

#[test]
fn a_vehicle_that_was_seen_meanwhile_is_not_forgotten() {
    let fleet = Fleet::default();
    fleet.advance(&[seen("a", 1), seen("b", 2)]);
    for name in ["a", "b", "c"] {
        fleet.forget(name, NOON + Duration::seconds(2));
    }
    assert_eq!(fleet.names(), ["b".into()]);
}

#[test]
fn the_age_is_that_of_the_vehicle_most_behind() {
    let fleet = Fleet::default();
    assert_eq!(fleet.age(NOON), Duration::ZERO, "nothing is late yet");
    fleet.advance(&[seen("a", 0), seen("b", 10)]);
    let in_s = |second| fleet.age(NOON + Duration::seconds(second));
    assert_eq!(in_s(12), Duration::seconds(12));
    assert_eq!(in_s(-3), Duration::ZERO, "its clock is ahead of ours");
    assert_eq!(
        in_s(7200),
        Duration::hours(2),
        "silence never ends by itself"
    );
}

#[test]
fn a_vehicle_off_the_road_is_not_late() {
    let fleet = Fleet::default();
    fleet.advance(&[seen("retired", 0), seen("on the road", 600)]);
    let in_s = |second| fleet.age(NOON + Duration::seconds(second));
    assert_eq!(in_s(601), Duration::seconds(601));
    fleet.advance(&[seen("on the road", 601)]);
    assert_eq!(in_s(602), Duration::seconds(1));
    fleet.advance(&[seen("retired", 602)]);
    assert_eq!(in_s(603), Duration::seconds(2), "it is back");
}
