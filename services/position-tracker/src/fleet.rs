//! Where each vehicle is now. Reads come from here alone, so they cost the same whatever the
//! database does.

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::{Position, Vehicle};
use parking_lot::RwLock;
use time::{Duration, OffsetDateTime};

use crate::sighting::Sighting;

/// A vehicle that was not heard of for so long while others were is no longer on the road.
const ON_THE_ROAD: Duration = Duration::minutes(10);

/// The newest position of each vehicle, by name. Cheap to clone; all clones are one fleet.
#[derive(Clone, Debug, Default)]
pub struct Fleet(Arc<RwLock<BTreeMap<Arc<str>, Position>>>);

impl Fleet {
    /// The vehicles that the database knows.
    pub fn load(vehicles: Vec<Vehicle>) -> Self {
        let newest = vehicles
            .into_iter()
            .map(|vehicle| (vehicle.name.into(), vehicle.position))
            .collect();
        Self(Arc::new(RwLock::new(newest)))
    }

    /// Where a vehicle is.
    pub fn position(&self, name: &str) -> Option<Position> {
        self.0.read().get(name).copied()
    }

    /// Whether there is a vehicle of this name.
    pub fn knows(&self, name: &str) -> bool {
        self.0.read().contains_key(name)
    }

    /// How many vehicles there are.
    pub fn size(&self) -> usize {
        self.0.read().len()
    }

    /// All vehicles, by name. A copy: nobody waits while it is written to a client.
    pub fn all(&self) -> Vec<(Arc<str>, Position)> {
        let newest = self.0.read();
        newest
            .iter()
            .map(|(name, position)| (Arc::clone(name), *position))
            .collect()
    }

    /// All names.
    pub fn names(&self) -> Vec<Arc<str>> {
        self.0.read().keys().cloned().collect()
    }

    /// Takes the positions that are newer than what is known, in turn. Says of each whether it was.
    pub fn advance(&self, sightings: &[Sighting<'_>]) -> Vec<bool> {
        let mut newest = self.0.write();
        sightings
            .iter()
            .map(|sighting| {
                let position = sighting.position;
                match newest.get_mut(sighting.vehicle) {
                    Some(known) if known.at >= position.at => false,
                    Some(known) => {
                        *known = position;
                        true
                    }
                    None => {
                        newest.insert(sighting.vehicle.into(), position);
                        true
                    }
                }
            })
            .collect()
    }

    /// Forgets a vehicle, unless it was seen at or after `before`.
    pub fn forget(&self, name: &str, before: OffsetDateTime) {
        let mut newest = self.0.write();
        if newest.get(name).is_some_and(|known| known.at < before) {
            newest.remove(name);
        }
    }

    /// How old the newest position of the vehicle is that is most behind. Zero while there are no
    /// vehicles.
    ///
    /// A vehicle that fell silent ten minutes before the last word of all is off the road and does
    /// not count. It is the last word that it is measured by, not the clock: when all fall silent,
    /// none is off the road, and the age rises for as long as that lasts.
    pub fn age(&self, now: OffsetDateTime) -> Duration {
        let newest = self.0.read();
        let moments = || newest.values().map(|position| position.at);
        let Some(last_word) = moments().max() else {
            return Duration::ZERO;
        };
        let on_the_road = moments().filter(|at| *at >= last_word - ON_THE_ROAD);
        let behind = on_the_road.min().unwrap_or(last_word);
        (now - behind).max(Duration::ZERO)
    }
}

#[cfg(test)]
mod tests;
