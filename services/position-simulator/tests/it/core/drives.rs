//! Where a van is on its way.

use contracts::town::{CornerId, Point, Town};
use position_simulator::drive::{ACCELERATION, Drive, STOP_SECONDS};
use position_simulator::trip::{self, Trip, WaitingOrder};
use position_simulator::{fleet::Journey, tour};
use proptest::prelude::*;
use time::Duration;

use super::{NOON, ROADS, corners, everywhere, orders};

/// The highest speed limit, in metres a second.
const FASTEST: f64 = 60.0 / 3.6;

fn on_a_street(point: Point) -> bool {
    let town = Town::emberwick();
    town.stretches().any(|stretch| {
        let (Some(from), Some(to)) = (town.point(stretch.from), town.point(stretch.to)) else {
            return false;
        };
        from.distance(point) + point.distance(to) - from.distance(to) < 1e-6
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_van_moves_continuously_along_streets(stops in corners()) {
        let tour = tour::order(&ROADS, stops);
        let drive = Drive::over(&ROADS, &tour);
        let shop = ROADS.point(ROADS.shop());
        let (mut last, mut last_speed, mut seconds) = (shop, 0.0, 0.0);
        while seconds <= drive.seconds() {
            let Some(now) = drive.at(seconds) else {
                prop_assert!(tour.is_empty());
                break;
            };
            prop_assert!(last.distance(now.point) <= FASTEST * 0.5 + 1e-9, "a leap at {}", seconds);
            let change: f64 = now.speed - last_speed;
            prop_assert!(change.abs() <= ACCELERATION * 0.5 + 1e-9, "a jerk at {}", seconds);
            prop_assert!((0.0..=FASTEST + 1e-9).contains(&now.speed), "{}", now.speed);
            prop_assert!((0.0..360.0).contains(&now.heading), "{}", now.heading);
            prop_assert!(on_a_street(now.point), "{:?} is no street", now.point);
            (last, last_speed) = (now.point, now.speed);
            seconds += 0.5;
        }
        prop_assert!(last.distance(shop) <= FASTEST * 0.5, "not back at the end");
    }

    #[test]
    fn a_van_stands_at_each_stop_and_is_back_at_the_end(stops in corners()) {
        let tour = tour::order(&ROADS, stops);
        let drive = Drive::over(&ROADS, &tour);
        prop_assert_eq!(drive.handed_over().len(), tour.len());
        prop_assert!(drive.handed_over().is_sorted());
        for (stop, over) in tour.iter().zip(drive.handed_over()) {
            for seconds in [over - STOP_SECONDS + 1e-6, over - 1e-6] {
                let there = drive.at(seconds).expect("it drives");
                prop_assert_eq!(there.point, ROADS.point(*stop));
                prop_assert!(there.speed.abs() < 1e-9, "{}", there.speed);
            }
        }
        for seconds in [-1.0, 0.0, drive.seconds(), drive.seconds() + 1e6] {
            let Some(there) = drive.at(seconds) else { continue };
            prop_assert!(there.point.distance(ROADS.point(ROADS.shop())) < 1e-6, "{}", seconds);
        }
    }

    /// Read from the database by another process, a trip is where it was.
    #[test]
    fn a_trip_is_all_that_a_position_follows_from(stops in corners(), millis in 0..60_000_i64) {
        let trip = trip::plan(&ROADS, "City Truck", &orders(&stops), NOON, 60).trip;
        let copy = Trip { vehicle: trip.vehicle.clone(), ..trip.clone() };
        let one = Journey::of(&ROADS, trip).expect("of this town");
        let other = Journey::of(&ROADS, copy).expect("of this town");
        let at = NOON + Duration::milliseconds(millis);
        prop_assert_eq!(one.position(at), other.position(at));
    }

    #[test]
    fn each_order_is_due_when_its_van_stands_at_its_corner(stops in corners()) {
        let orders = orders(&stops);
        let loaded = trip::plan(&ROADS, "City Truck", &orders, NOON, 1);
        prop_assert_eq!(loaded.orders.len(), orders.len());
        let journey = Journey::of(&ROADS, loaded.trip.clone()).expect("of this town");
        for (order, (order_id, place)) in orders.iter().zip(&loaded.orders) {
            prop_assert_eq!(order.order_id, *order_id);
            let stop = loaded.trip.stops[*place];
            prop_assert_eq!(stop.corner, order.corner);
            let position = journey.position(stop.due_at - Duration::milliseconds(2)).expect("on its way");
            let corner = ROADS.point(stop.corner);
            prop_assert!((position.x - corner.x).abs() < 0.1 && (position.y - corner.y).abs() < 0.1);
            prop_assert!(stop.due_at < loaded.trip.returns_at || stop.corner == ROADS.shop());
        }
    }
}

#[test]
fn speed_limits_are_kept_and_reached() {
    let drive = Drive::over(&ROADS, &[CornerId(25)]);
    let tenths = (0..).map(|tenth| f64::from(tenth) / 10.0);
    let speeds = tenths
        .take_while(|seconds| *seconds < drive.seconds())
        .filter_map(|seconds| Some(drive.at(seconds)?.speed));
    let fastest = speeds.fold(0.0, f64::max);
    assert!(
        (fastest - FASTEST).abs() < 1e-9,
        "Station Road is a main road: {fastest}"
    );
}

fn seconds_at_60(orders: &[WaitingOrder]) -> f64 {
    let trip = trip::plan(&ROADS, "City Truck", orders, NOON, 60).trip;
    (trip.returns_at - trip.departs_at).as_seconds_f64()
}

/// A demonstration's trip takes some seconds and not minutes.
#[test]
fn at_factor_60_a_trip_takes_seconds() {
    let everywhere = everywhere();
    let longest = seconds_at_60(&everywhere);
    assert!((20.0..48.0).contains(&longest), "{longest} s");
    for first in 0..everywhere.len() {
        // Every third corner: not all in one quarter of the town.
        let from_here = || everywhere.iter().cycle().skip(first).step_by(3).cloned();
        let hundred = seconds_at_60(&from_here().take(100).collect::<Vec<_>>());
        assert!((10.0..42.0).contains(&hundred), "{first}: {hundred} s");
        let few = seconds_at_60(&from_here().take(3).collect::<Vec<_>>());
        assert!((1.0..15.0).contains(&few), "{first}: {few} s");
    }
}
