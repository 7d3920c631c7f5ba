use time::macros::datetime;

use super::*;

const NOW: OffsetDateTime = datetime!(2026-01-31 12:00 UTC);
const OLDEST: OffsetDateTime = datetime!(2026-01-30 12:00 UTC);

fn event() -> VehiclePosition {
    VehiclePosition {
        vehicle: "City Truck".to_owned(),
        position: Position {
            x: 420.5,
            y: -87.0,
            heading: 90.0,
            speed: 36.0,
            trip_id: None,
            at: NOW,
        },
    }
}

fn with(change: impl FnOnce(&mut VehiclePosition)) -> VehiclePosition {
    let mut event = event();
    change(&mut event);
    event
}

fn verdict(event: &VehiclePosition) -> Option<Unfit> {
    Sighting::of(event, NOW, OLDEST).err()
}

#[test]
fn a_position_is_taken_as_it_is() {
    let event = event();
    let sighting = Sighting::of(&event, NOW, OLDEST).expect("valid");
    assert_eq!(sighting.vehicle, "City Truck");
    assert_eq!(sighting.position, event.position);
}

#[test]
fn the_edges_of_each_range_are_kept() {
    let set: [fn(&mut Position, f64); 4] = [
        |position, value| position.x = value,
        |position, value| position.y = value,
        |position, value| position.heading = value,
        |position, value| position.speed = value,
    ];
    let edges: [(&[f64], &[f64]); 4] = [
        (&[-100_000.0, 100_000.0], &[-100_000.1, 100_000.1]),
        (&[-100_000.0, 100_000.0], &[-100_000.1, 100_000.1]),
        (&[0.0, -0.0, 359.999], &[-0.1, 360.0]),
        (&[0.0, 500.0], &[-0.1, 500.1]),
    ];
    for (set, (good, bad)) in set.into_iter().zip(edges) {
        for value in good {
            let event = with(|event| set(&mut event.position, *value));
            assert_eq!(verdict(&event), None, "{event:?}");
        }
        let never = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        for value in bad.iter().chain(&never) {
            let event = with(|event| set(&mut event.position, *value));
            assert_eq!(verdict(&event), Some(Unfit::Invalid), "{event:?}");
        }
    }
}

#[test]
fn a_name_is_some_plain_characters() {
    for name in ["x", " ", "Zoë 🍕/..%2F?", &"ä".repeat(100)] {
        let event = with(|event| event.vehicle = name.to_owned());
        assert_eq!(verdict(&event), None, "{name:?}");
    }
    for name in ["", "a\nb", "\0", "a\u{7f}", "a\u{85}", &"a".repeat(101)] {
        let event = with(|event| event.vehicle = name.to_owned());
        assert_eq!(verdict(&event), Some(Unfit::Invalid), "{name:?}");
    }
}

#[test]
fn a_time_is_neither_to_come_nor_too_long_ago() {
    let tick = Duration::nanoseconds(1);
    let ahead = NOW + Duration::seconds(5);
    for (at, expected) in [
        (ahead, None),
        (ahead + tick, Some(Unfit::FromTheFuture)),
        (OLDEST, None),
        (OLDEST - tick, Some(Unfit::TooOld)),
        (datetime!(9999-12-31 23:59 UTC), Some(Unfit::FromTheFuture)),
        (datetime!(0000-01-01 00:00 UTC), Some(Unfit::TooOld)),
    ] {
        let event = with(|event| event.position.at = at);
        assert_eq!(verdict(&event), expected, "{at}");
    }
}

#[test]
fn a_time_is_kept_as_databases_can() {
    let odd = datetime!(2026-01-31 13:30:01.123_456_789 +02:00);
    let event = with(|event| event.position.at = odd);
    let taken = Sighting::of(&event, NOW, OLDEST).expect("valid").position;
    assert_eq!(taken.at.to_string(), "2026-01-31 11:30:01.123456 +00:00:00");
    let before_1970 = in_microseconds(datetime!(1969-12-31 23:59:59.999_999_999 UTC));
    assert_eq!(before_1970, datetime!(1969-12-31 23:59:59.999_999 UTC));
}
