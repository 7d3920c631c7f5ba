//! The town's map is a town's, and addresses have their places on it.

use std::collections::HashSet;

use contracts::town::{self, CornerId, MapError, Point, StreetClass, Town};
use serde_json::{Value, json};

/// The map with something changed.
fn changed(change: impl FnOnce(&mut Value)) -> Result<Town, MapError> {
    let mut map: Value = serde_json::from_str(town::JSON).expect("JSON");
    change(&mut map);
    Town::parse(&map.to_string())
}

#[test]
fn the_map_is_whole_and_of_a_town_s_size() {
    let town = Town::parse(town::JSON).expect("a town");
    assert_eq!(&town, Town::emberwick());
    assert!((80..=140).contains(&town.corners.len()));
    assert_eq!((town.width, town.height), (2400.0, 1800.0));
    let shortest = town
        .stretches()
        .map(|stretch| stretch.metres)
        .fold(f64::MAX, f64::min);
    assert!(shortest >= 40.0, "two corners are {shortest} m apart");
    for class in StreetClass::ALL {
        assert!(
            town.streets.iter().any(|street| street.class == class),
            "{class:?}"
        );
    }
}

#[test]
fn a_stretch_belongs_to_one_street() {
    let mut seen = HashSet::new();
    for stretch in Town::emberwick().stretches() {
        let ends = (stretch.from.min(stretch.to), stretch.from.max(stretch.to));
        assert!(seen.insert(ends), "{ends:?} twice");
    }
}

/// Which side of the line from `a` to `b` a point is on.
fn side(a: Point, b: Point, p: Point) -> f64 {
    (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
}

fn cross((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[test]
fn streets_meet_at_corners_only_and_cross_the_river_on_bridges() {
    let town = Town::emberwick();
    let mut lines = Vec::new();
    for street in &town.streets {
        for ends in street.corners.windows(2) {
            let points = ends.iter().filter_map(|end| town.point(*end));
            let [a, b] = points.collect::<Vec<_>>()[..] else {
                panic!("{} leads nowhere", street.name)
            };
            lines.push((street.name.as_str(), (a, b)));
        }
    }
    let mut over = HashSet::new();
    for (place, (name, line)) in lines.iter().enumerate() {
        for (other, second) in &lines[..place] {
            assert!(!cross(*line, *second), "{name} crosses {other}");
        }
        let crosses = |reach: &[Point]| cross(*line, (reach[0], reach[1]));
        if town.river.line.windows(2).any(crosses) {
            over.insert(*name);
        }
    }
    let bridges = HashSet::from(["Old Bridge", "West Bridge", "East Bridge"]);
    assert_eq!(over, bridges);
}

#[test]
fn what_makes_no_map_is_refused() {
    let wrong = changed(|map| map["corners"][7]["x"] = json!(2400.5));
    assert_eq!(wrong, Err(MapError::WrongCorner(7)));
    let wrong = changed(|map| map["corners"][7]["id"] = json!(8));
    assert_eq!(wrong, Err(MapError::WrongCorner(7)));
    let wrong = changed(|map| map["streets"][1]["name"] = json!("MAIN Street"));
    assert_eq!(wrong, Err(MapError::NameTaken("MAIN Street".into())));
    for corners in [json!([]), json!([3]), json!([3, 3]), json!([3, 999])] {
        let wrong = changed(|map| map["streets"][1]["corners"] = corners);
        assert_eq!(wrong, Err(MapError::WrongStreet("Old Bridge".into())));
    }
    assert_eq!(
        changed(|map| map["shop"] = json!(999)),
        Err(MapError::WrongShop)
    );
    let island = changed(|map| {
        let corners = map["corners"].as_array_mut().expect("corners");
        corners.push(json!({"id": corners.len(), "x": 1, "y": 1}));
    });
    assert_eq!(island, Err(MapError::CutOff(139)));
    let wrong = changed(|map| map["colour"] = json!("green"));
    assert!(matches!(wrong, Err(MapError::Unreadable(_))), "{wrong:?}");
}

#[test]
fn a_house_is_on_its_street_by_its_number() {
    let town = Town::emberwick();
    // Old Bridge is one stretch of 161 m: number 1 is 8 m from its northern end, 20 is the last.
    let at = |number: u32| town.locate(&format!("{number} Old Bridge"));
    let bridge = town
        .streets
        .iter()
        .find(|street| street.name == "Old Bridge")
        .expect("it");
    assert_eq!(town.last_number(bridge), 20);
    let [north, south] = bridge.corners[..] else {
        panic!("a bridge has two ends")
    };
    let start = town.point(north).expect("an end");
    for number in 1..=20 {
        let metres = start.distance(at(number).point);
        assert!(
            (metres - 8.0 * f64::from(number)).abs() < 1e-6,
            "{number}: {metres}"
        );
        let nearest = if number <= 10 { north } else { south };
        assert_eq!(at(number).corner, nearest, "{number}");
    }
}

#[test]
fn every_street_s_houses_are_near_the_corner_where_a_van_stops() {
    let town = Town::emberwick();
    for street in &town.streets {
        let last = town.last_number(street);
        assert!(last >= 5, "{}", street.name);
        for number in 1..=last {
            let place = town.locate(&format!("{number} {}", street.name));
            let corner = town.point(place.corner).expect("a corner");
            assert!(
                street.corners.contains(&place.corner),
                "{number} {}",
                street.name
            );
            assert!(
                corner.distance(place.point) < 210.0,
                "{number} {}",
                street.name
            );
        }
    }
}

#[test]
fn an_address_is_read_kindly() {
    let town = Town::emberwick();
    let place = town.locate("12 Mill Lane");
    for same in [
        "12 mill lane",
        "  12   Mill Lane ",
        "12\tMILL LANE",
        "012 Mill Lane",
    ] {
        assert_eq!(town.locate(same), place, "{same}");
    }
}

/// These places are promises: an order of yesterday goes to the same corner after an update.
#[test]
fn any_other_text_has_a_fixed_corner() {
    let town = Town::emberwick();
    let texts = [
        "",
        "Mill Lane",
        "0 Mill Lane",
        "9999 Mill Lane",
        "7 Nowhere Road",
        "-1 Main Street",
        "東京",
    ];
    let corners: Vec<_> = texts
        .iter()
        .map(|text| town.locate(text).corner.0)
        .collect();
    assert_eq!(corners, [14, 7, 66, 64, 109, 69, 58]);
}

#[test]
fn other_texts_are_spread_over_the_town() {
    let town = Town::emberwick();
    let mut visits = vec![0_u32; town.corners.len()];
    for number in 0..13_900 {
        let CornerId(corner) = town.locate(&format!("{number} Elsewhere")).corner;
        visits[usize::from(corner)] += 1;
    }
    assert!(
        visits.iter().all(|visits| (40..=200).contains(visits)),
        "{visits:?}"
    );
}
