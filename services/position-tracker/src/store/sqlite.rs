//! Positions in one `SQLite` file: one connection writes, others read beside it.
//!
//! The file never shrinks, and need not: what is pruned are whole ranges of the key, whose pages the
//! next positions take. Its size is bounded as the history is.

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::db::{self, Database};
use chassis::faults::Faults;
use contracts::{Position, Vehicle};
use prometheus_client::registry::Registry;
use sqlx::SqlitePool;
use time::OffsetDateTime;

use super::{Page, Pruning, Store, StoreError, not_migrated, operation};
use crate::sighting::Sighting;

mod row;
mod write;

use row::{PositionRow, VehicleRow, micros};

/// The file in the data folder.
const FILE: &str = "positions.sqlite";

const HISTORY: &str = "SELECT x, y, heading, speed, trip_id, at FROM positions \
     WHERE vehicle_id = (SELECT id FROM vehicles WHERE name = ?1) AND at >= ?2 \
     ORDER BY at LIMIT ?3";

/// Before which moment a vehicle's positions go: that of retention, or of the oldest of the newest
/// so many. No row where nothing is that old.
const CUT: &str = "WITH vehicle AS (SELECT id FROM vehicles WHERE name = ?1), \
     cut AS (SELECT max(?2, coalesce( \
       (SELECT at FROM positions WHERE vehicle_id = (SELECT id FROM vehicle) \
        ORDER BY at DESC LIMIT 1 OFFSET ?3 - 1), ?2)) AS at) \
     SELECT cut.at FROM cut WHERE cut.at > \
       (SELECT min(at) FROM positions WHERE vehicle_id = (SELECT id FROM vehicle))";

/// Deletes a range that begins with the first position.
const PRUNE: &str = "WITH vehicle AS (SELECT id FROM vehicles WHERE name = ?1) \
     DELETE FROM positions WHERE vehicle_id = (SELECT id FROM vehicle) \
     AND at < min(?2, coalesce( \
       (SELECT at FROM positions WHERE vehicle_id = (SELECT id FROM vehicle) \
        ORDER BY at LIMIT 1 OFFSET ?3), ?2))";

const FORGET: &str = "DELETE FROM vehicles WHERE at < ? \
     AND NOT EXISTS (SELECT 1 FROM positions WHERE vehicle_id = id) RETURNING name";

/// The store.
#[derive(Debug)]
pub struct Sqlite {
    database: Database,
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens the file, which is made where there is none.
    ///
    /// # Errors
    /// When the folder or the file cannot be used.
    pub async fn open(
        config: &DatabaseConfig,
        registry: &mut Registry,
        faults: &Faults,
    ) -> Result<Self, BootError> {
        let (database, pools) =
            db::sqlite(config, FILE, &super::OPERATIONS, registry, faults).await?;
        sqlx::migrate!("migrations/sqlite")
            .run(&pools.writer)
            .await
            .map_err(|error| not_migrated(&error))?;
        Ok(Self {
            database,
            writer: pools.writer,
            readers: pools.readers,
        })
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn store(&self, sightings: &[Sighting<'_>]) -> Result<Vec<bool>, StoreError> {
        let work = write::store(&self.writer, sightings);
        Ok(self.database.run(operation::STORE, work).await?)
    }

    async fn newest(&self) -> Result<Vec<Vehicle>, StoreError> {
        let work = async {
            sqlx::query_as::<_, VehicleRow>(
                "SELECT name, x, y, heading, speed, trip_id, at FROM vehicles",
            )
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(Vehicle::try_from)
            .collect()
        };
        Ok(self.database.run(operation::NEWEST, work).await?)
    }

    async fn history(&self, page: Page<'_>) -> Result<Vec<Position>, StoreError> {
        let work = async {
            sqlx::query_as::<_, PositionRow>(HISTORY)
                .bind(page.vehicle)
                .bind(micros(page.since))
                .bind(page.limit)
                .fetch_all(&self.readers)
                .await?
                .into_iter()
                .map(Position::try_from)
                .collect()
        };
        Ok(self.database.run(operation::HISTORY, work).await?)
    }

    async fn prune(&self, vehicle: &str, pruning: Pruning) -> Result<u64, StoreError> {
        let work = async {
            // Found by a reader, which walks over all that is kept: writers do not wait for that.
            let cut: Option<i64> = sqlx::query_scalar(CUT)
                .bind(vehicle)
                .bind(micros(pruning.before))
                .bind(pruning.keep)
                .fetch_optional(&self.readers)
                .await?;
            let Some(cut) = cut else {
                return Ok(0);
            };
            let done = sqlx::query(PRUNE)
                .bind(vehicle)
                .bind(cut)
                .bind(pruning.most)
                .execute(&self.writer)
                .await?;
            Ok(done.rows_affected())
        };
        Ok(self.database.run(operation::PRUNE, work).await?)
    }

    async fn forget(&self, before: OffsetDateTime) -> Result<Vec<String>, StoreError> {
        let work = sqlx::query_scalar(FORGET)
            .bind(micros(before))
            .fetch_all(&self.writer);
        Ok(self.database.run(operation::FORGET, work).await?)
    }
}

#[cfg(test)]
mod tests;
