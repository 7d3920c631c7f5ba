//! Vehicles as JSON, written from what the fleet holds: `contracts::VehicleList` without a copy of
//! each name.

use std::sync::Arc;

use contracts::Position;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct List<'a> {
    vehicles: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    name: &'a str,
    position: &'a Position,
}

/// The JSON of a `VehicleList`, in one line.
pub(crate) fn list<'a>(vehicles: impl Iterator<Item = (&'a str, &'a Position)>) -> Vec<u8> {
    let vehicles = vehicles
        .map(|(name, position)| Entry { name, position })
        .collect();
    // Strings, finite numbers and times of four-digit years always serialise.
    serde_json::to_vec(&List { vehicles }).unwrap_or_default()
}

/// The same, of what a fleet gives.
pub(crate) fn fleet(vehicles: &[(Arc<str>, Position)]) -> Vec<u8> {
    list(vehicles.iter().map(|(name, position)| (&**name, position)))
}

#[cfg(test)]
mod tests {
    use contracts::{Vehicle, VehicleList};
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn it_is_the_contract_s_list() {
        let position = Position {
            x: 0.1,
            y: -2.5,
            heading: 359.5,
            speed: 0.0,
            trip_id: Some(Uuid::max()),
            at: datetime!(2026-01-31 12:00:01.25 UTC),
        };
        let names = ["City Truck", "\u{2028}\"\\ü"];
        let ours = fleet(&names.map(|name| (Arc::from(name), position)));
        let theirs = VehicleList {
            vehicles: names
                .map(|name| Vehicle {
                    name: name.to_owned(),
                    position,
                })
                .into(),
        };
        assert_eq!(ours, serde_json::to_vec(&theirs).expect("serialises"));
        assert!(!ours.contains(&b'\n'), "an event's data is one line");
    }
}
