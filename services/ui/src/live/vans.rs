//! Where all vans are, for a page that has just been opened.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::frame::Frame;

/// Vans that are remembered. The tracker allows as many.
const MOST: usize = 10_000;

/// The newest position of each van, as the tracker wrote it.
#[derive(Debug, Default)]
pub(super) struct Vans(BTreeMap<String, Value>);

impl Vans {
    /// Takes in `vehicles`, which are all there are, or `positions`, the newest of some.
    pub(super) fn take(&mut self, frame: &Frame) {
        let Ok(mut data) = serde_json::from_str::<Value>(&frame.data) else {
            return;
        };
        if frame.event == "vehicles" {
            self.0.clear();
        }
        let Some(vehicles) = data["vehicles"].as_array_mut() else {
            return;
        };
        for vehicle in vehicles {
            let Some(name) = vehicle["name"].as_str().map(str::to_owned) else {
                continue;
            };
            if self.0.len() < MOST || self.0.contains_key(&name) {
                self.0.insert(name, vehicle.take());
            }
        }
    }

    /// The event `vehicles`, as the tracker would write it.
    pub(super) fn event(&self) -> String {
        let vehicles: Vec<&Value> = self.0.values().collect();
        let data = json!({ "vehicles": vehicles });
        format!("event: vehicles\ndata: {data}\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(vans: &mut Vans, event: &str, vehicles: &Value) {
        vans.take(&Frame {
            event: event.to_owned(),
            data: json!({ "vehicles": vehicles }).to_string(),
        });
    }

    #[test]
    fn the_newest_of_each_is_known() {
        let mut vans = Vans::default();
        let van = |name: &str, x: u32| json!({ "name": name, "position": { "x": x } });
        told(
            &mut vans,
            "vehicles",
            &json!([van("City Truck", 1), van("Old", 1)]),
        );
        told(&mut vans, "vehicles", &json!([van("City Truck", 2)]));
        told(
            &mut vans,
            "positions",
            &json!([van("City Truck", 3), van("City Truck", 4), van("Van 2", 5)]),
        );
        let expected = json!({ "vehicles": [van("City Truck", 4), van("Van 2", 5)] });
        assert_eq!(
            vans.event(),
            format!("event: vehicles\ndata: {expected}\n\n")
        );
    }
}
