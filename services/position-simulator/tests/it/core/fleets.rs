//! Vans as a whole: who goes next, and one position a van and second.

use std::collections::BTreeMap;

use contracts::vehicle::Position;
use position_simulator::fleet::{Fleet, Journey, MOST_SECONDS_BEHIND, Seconds, names};
use position_simulator::trip::{self, Trip};
use proptest::prelude::*;
use time::{Duration, OffsetDateTime};

use super::{NOON, ROADS, everywhere};

/// Positions by van and second, which must be told once each.
#[derive(Default)]
struct Told(BTreeMap<(String, OffsetDateTime), Position>);

impl Told {
    fn hear(&mut self, seconds: Seconds) {
        for (event, _) in seconds.positions {
            let position = event.position;
            assert_eq!(position.at.nanosecond(), 0, "a whole second");
            let before = self.0.insert((event.vehicle, position.at), position);
            assert_eq!(before, None, "told twice");
        }
    }

    /// Asserts that a van has one position for each second of a range.
    fn assert_whole(&self, vehicle: &str, seconds: std::ops::RangeInclusive<i64>) {
        let heard: Vec<_> = self.0.keys().filter(|(name, _)| name == vehicle).collect();
        let wanted: Vec<_> = seconds
            .map(|second| NOON + Duration::seconds(second))
            .collect();
        assert!(heard.iter().map(|(_, at)| *at).eq(wanted), "{heard:?}");
    }
}

fn fleet(vehicles: u8) -> Fleet {
    Fleet::new(&ROADS, names::names(vehicles), NOON)
}

fn after(seconds: f64) -> OffsetDateTime {
    NOON + Duration::seconds_f64(seconds)
}

/// Loads the next van and lets it go.
fn send(fleet: &mut Fleet, now: OffsetDateTime) -> Option<Trip> {
    let van = fleet.next_at_shop(now)?;
    let departs_at = fleet.load(van, now);
    let orders = &everywhere()[40..60];
    let trip = trip::plan(&ROADS, fleet.name(van), orders, departs_at, 60).trip;
    fleet.depart(van, Journey::of(&ROADS, trip.clone())?);
    Some(trip)
}

#[test]
fn names_are_distinct_and_hold_blanks() {
    let all = names::names(64);
    assert_eq!(all.len(), 64);
    assert_eq!(all[..3], ["City Truck", "Village Van", "Village Van 2"]);
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), 64);
}

#[test]
fn waiting_vans_have_positions_too() {
    let mut fleet = fleet(2);
    let mut told = Told::default();
    told.hear(fleet.seconds(after(0.9)));
    assert!(
        told.0.is_empty(),
        "an earlier process may have told the second of the start"
    );
    told.hear(fleet.seconds(after(3.2)));
    told.assert_whole("City Truck", 1..=3);
    told.assert_whole("Village Van", 1..=3);
    let shop = ROADS.point(ROADS.shop());
    for position in told.0.values() {
        assert_eq!(
            (position.x, position.y, position.speed),
            (shop.x, shop.y, 0.0)
        );
        assert_eq!(position.trip_id, None);
    }
}

#[test]
fn the_van_that_has_waited_longest_goes_next() {
    let mut fleet = fleet(2);
    let first = send(&mut fleet, after(0.5)).expect("all are there");
    let second = send(&mut fleet, after(2.5)).expect("one is there");
    assert_eq!(
        [&*first.vehicle, &*second.vehicle],
        ["City Truck", "Village Van"]
    );
    assert_eq!(first.departs_at, after(1.0));
    assert_eq!(send(&mut fleet, after(3.5)), None, "both are gone");
    let back = first.returns_at.max(second.returns_at);
    let third = send(&mut fleet, back).expect("both are back");
    assert_eq!(third.vehicle, "City Truck", "it was back first");
    assert!(third.departs_at > back);
}

#[test]
fn a_trip_that_takes_long_to_store_leaves_no_gap() {
    let mut fleet = fleet(1);
    let mut told = Told::default();
    let van = fleet.next_at_shop(after(2.5)).expect("it is there");
    let departs_at = fleet.load(van, after(2.5));
    told.hear(fleet.seconds(after(6.0)));
    told.assert_whole("City Truck", 1..=2);
    assert_eq!(
        fleet.next_at_shop(after(6.0)),
        None,
        "it is loaded only once"
    );
    let orders = &everywhere()[40..60];
    let trip = trip::plan(&ROADS, fleet.name(van), orders, departs_at, 60).trip;
    fleet.depart(van, Journey::of(&ROADS, trip.clone()).expect("a journey"));
    told.hear(fleet.seconds(after(7.0)));
    told.assert_whole("City Truck", 1..=7);
    let on_it = told
        .0
        .values()
        .filter(|position| position.trip_id == Some(trip.id));
    assert_eq!(on_it.count(), 5, "from second 3 on");
}

#[test]
fn a_van_that_is_unloaded_has_waited_all_the_time() {
    let mut fleet = fleet(1);
    let mut told = Told::default();
    let van = fleet.next_at_shop(after(2.5)).expect("it is there");
    fleet.load(van, after(2.5));
    told.hear(fleet.seconds(after(4.0)));
    fleet.unload(van);
    told.hear(fleet.seconds(after(5.0)));
    told.assert_whole("City Truck", 1..=5);
    assert!(told.0.values().all(|position| position.trip_id.is_none()));
}

#[test]
fn what_is_too_long_ago_is_lost_and_counted() {
    let mut fleet = fleet(2);
    let late = MOST_SECONDS_BEHIND + 100;
    let seconds = fleet.seconds(NOON + Duration::seconds(late));
    assert_eq!(seconds.lost, 2 * 100);
    let mut told = Told::default();
    told.hear(seconds);
    told.assert_whole("City Truck", 101..=late);
}

#[test]
fn a_clock_that_goes_back_tells_nothing_twice() {
    let mut fleet = fleet(1);
    let mut told = Told::default();
    told.hear(fleet.seconds(after(10.0)));
    told.hear(fleet.seconds(after(4.0)));
    told.hear(fleet.seconds(after(11.0)));
    told.assert_whole("City Truck", 1..=11);
}

#[test]
fn a_new_process_finds_the_vans_where_they_are() {
    let mut before = fleet(2);
    let trip = send(&mut before, after(0.5)).expect("one is there");
    let mut old = Told::default();
    old.hear(before.seconds(after(20.0)));

    let mut again = Fleet::new(&ROADS, names::names(2), after(2.0));
    again.resume(&ROADS, vec![trip]);
    assert_eq!(again.count(after(2.0)).driving, 1);
    let at_shop = again.next_at_shop(after(2.0)).map(|van| again.name(van));
    assert_eq!(at_shop, Some("Village Van"));
    let mut new = Told::default();
    new.hear(again.seconds(after(20.0)));
    new.assert_whole("City Truck", 3..=20);
    for (key, position) in &new.0 {
        assert_eq!(Some(position), old.0.get(key), "{key:?}");
    }
}

#[test]
fn few_positions_of_a_sampled_trip_carry_its_context() {
    let mut fleet = fleet(1);
    let van = fleet.next_at_shop(NOON).expect("it is there");
    let departs_at = fleet.load(van, NOON);
    let mut trip = trip::plan(
        &ROADS,
        fleet.name(van),
        &everywhere()[60..62],
        departs_at,
        2,
    )
    .trip;
    trip.traceparent = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into());
    let marks = trip
        .stops
        .iter()
        .map(|stop| stop.due_at)
        .chain([departs_at]);
    let mut wanted: Vec<_> = marks
        .map(|mark| {
            (mark + Duration::milliseconds(999))
                .replace_nanosecond(0)
                .expect("0 is one")
        })
        .collect();
    wanted.sort_unstable();
    let end = trip.returns_at + Duration::seconds(5);
    fleet.depart(van, Journey::of(&ROADS, trip).expect("a journey"));
    let told = fleet.seconds(end).positions;
    let carrying = told.iter().filter(|(_, traceparent)| traceparent.is_some());
    let seconds: Vec<_> = carrying.map(|(event, _)| event.position.at).collect();
    assert_eq!(seconds, wanted);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// However late and unevenly the seconds are asked for, and whenever vans are sent.
    #[test]
    fn positions_have_no_gaps(steps in proptest::collection::vec((0..4_000_u16, any::<bool>()), 1..80)) {
        let mut fleet = fleet(3);
        let mut told = Told::default();
        let mut now = NOON;
        let (mut sent, mut returned) = (0, 0);
        for (millis, sends) in steps {
            now += Duration::milliseconds(millis.into());
            if sends {
                sent += u64::from(send(&mut fleet, now).is_some());
            } else {
                let seconds = fleet.seconds(now);
                returned += seconds.returned;
                told.hear(seconds);
            }
        }
        now += Duration::seconds(120);
        let seconds = fleet.seconds(now);
        returned += seconds.returned;
        told.hear(seconds);
        prop_assert_eq!(sent, returned);
        for name in names::names(3) {
            told.assert_whole(&name, 1..=(now - NOON).whole_seconds());
        }
        // At most 60 s of the town's time at 60 km/h in a second, plus what rounding takes.
        for pair in told.0.iter().collect::<Vec<_>>().windows(2) {
            let [((one, _), a), ((other, _), b)] = pair[..] else { continue };
            if one == other {
                prop_assert!((a.x - b.x).hypot(a.y - b.y) <= 1000.2, "{:?} {:?}", a, b);
            }
        }
    }
}
