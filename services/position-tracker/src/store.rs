//! Where positions are kept: one trait, and a room for each database. Both pass the same tests.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::faults::Faults;
use contracts::{Position, Vehicle};
use prometheus_client::registry::Registry;
use time::OffsetDateTime;

use crate::sighting::Sighting;

pub mod error;
pub mod postgres;
pub mod sqlite;

pub use error::StoreError;

/// The operations, as `db_client_operation_duration_seconds` names them.
pub const OPERATIONS: [&str; 5] = [
    operation::STORE,
    operation::NEWEST,
    operation::HISTORY,
    operation::PRUNE,
    operation::FORGET,
];

mod operation {
    pub(super) const STORE: &str = "store_positions";
    pub(super) const NEWEST: &str = "read_newest";
    pub(super) const HISTORY: &str = "read_history";
    pub(super) const PRUNE: &str = "prune_history";
    pub(super) const FORGET: &str = "forget_vehicles";
}

/// Some of a vehicle's positions, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<'a> {
    /// The vehicle's name.
    pub vehicle: &'a str,
    /// Only positions of this moment and later.
    pub since: OffsetDateTime,
    /// At most so many.
    pub limit: u32,
}

/// What of a vehicle's history goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruning {
    /// All positions from before this moment,
    pub before: OffsetDateTime,
    /// and all but so many newest ones,
    pub keep: u32,
    /// but at most so many at once, the oldest.
    pub most: u32,
}

/// Keeps positions. What it has said to have stored survives the loss of power.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Stores positions, and which of them are their vehicle's newest, in one transaction: all, or
    /// nothing with an error. Says of each whether it was stored now; one that was there already is
    /// left as it was.
    async fn store(&self, sightings: &[Sighting<'_>]) -> Result<Vec<bool>, StoreError>;

    /// All vehicles with their newest positions, as fast after a million positions as after one.
    async fn newest(&self) -> Result<Vec<Vehicle>, StoreError>;

    /// A page of a vehicle's history, as fast for the last page as for the first.
    async fn history(&self, page: Page<'_>) -> Result<Vec<Position>, StoreError>;

    /// Deletes old positions of one vehicle; its newest stays known. Returns how many.
    async fn prune(&self, vehicle: &str, pruning: Pruning) -> Result<u64, StoreError>;

    /// Forgets vehicles that were not seen since a moment, and have no history left. Returns their
    /// names.
    async fn forget(&self, before: OffsetDateTime) -> Result<Vec<String>, StoreError>;
}

/// Opens the configured database and brings its tables up to date.
///
/// # Errors
/// When it is not configured well, does not answer in time, or cannot be migrated.
pub async fn open(
    config: &DatabaseConfig,
    registry: &mut Registry,
    faults: &Faults,
) -> Result<Arc<dyn Store>, BootError> {
    Ok(match config.postgres_url()? {
        Some(url) => Arc::new(postgres::Postgres::open(config, &url, registry, faults).await?),
        None => Arc::new(sqlite::Sqlite::open(config, registry, faults).await?),
    })
}

/// Why the tables could not be brought up to date, for the person who starts the service.
fn not_migrated(error: &sqlx::migrate::MigrateError) -> BootError {
    BootError::Database(format!("cannot bring its tables up to date: {error}"))
}

/// Which of the sightings a database has just inserted, by its rows. Of two of one vehicle and
/// moment only the first was.
fn inserted<T: Copy + Eq + Hash>(
    sightings: &[Sighting<'_>],
    rows: &[(String, T)],
    at: impl Fn(OffsetDateTime) -> T,
) -> Vec<bool> {
    let mut new: HashSet<(&str, T)> = rows.iter().map(|row| (row.0.as_str(), row.1)).collect();
    sightings
        .iter()
        .map(|sighting| new.remove(&(sighting.vehicle, at(sighting.position.at))))
        .collect()
}

/// The newest sighting of each vehicle.
fn newest_of<'a>(sightings: &[Sighting<'a>]) -> Vec<Sighting<'a>> {
    let mut newest: BTreeMap<&str, Sighting<'a>> = BTreeMap::new();
    for sighting in sightings {
        let known = newest.entry(sighting.vehicle).or_insert(*sighting);
        if known.position.at < sighting.position.at {
            *known = *sighting;
        }
    }
    // By name: two copies of this service then lock rows in the same order.
    newest.into_values().collect()
}
