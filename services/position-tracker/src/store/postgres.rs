//! Positions in Postgres.

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::db::{self, Database};
use chassis::faults::Faults;
use contracts::{Position, Vehicle};
use prometheus_client::registry::Registry;
use secrecy::SecretString;
use sqlx::PgPool;
use time::OffsetDateTime;

use super::{Page, Pruning, Store, StoreError, not_migrated, operation};
use crate::sighting::Sighting;

mod row;
mod write;

use row::{PositionRow, VehicleRow};

const HISTORY: &str = "SELECT x, y, heading, speed, trip_id, at FROM positions \
     WHERE vehicle_id = (SELECT id FROM vehicles WHERE name = $1) AND at >= $2 \
     ORDER BY vehicle_id, at LIMIT $3";

/// Before which moment a vehicle's positions go: that of retention, or of the oldest of the newest
/// so many. No row where nothing is that old.
const CUT: &str = "WITH vehicle AS (SELECT id FROM vehicles WHERE name = $1), \
     cut AS (SELECT greatest($2, \
       (SELECT at FROM positions WHERE vehicle_id = (SELECT id FROM vehicle) \
        ORDER BY vehicle_id DESC, at DESC LIMIT 1 OFFSET $3 - 1)) AS at) \
     SELECT cut.at FROM cut WHERE cut.at > \
       (SELECT at FROM positions WHERE vehicle_id = (SELECT id FROM vehicle) \
        ORDER BY vehicle_id, at LIMIT 1)";

/// Deletes a range that begins with the first position.
const PRUNE: &str = "WITH vehicle AS (SELECT id FROM vehicles WHERE name = $1) \
     DELETE FROM positions WHERE vehicle_id = (SELECT id FROM vehicle) \
     AND at < least($2, \
       (SELECT at FROM positions WHERE vehicle_id = (SELECT id FROM vehicle) \
        ORDER BY vehicle_id, at LIMIT 1 OFFSET $3))";

/// Those that someone is writing are left alone: they are being seen.
const FORGET: &str = "DELETE FROM vehicles WHERE id IN (\
       SELECT id FROM vehicles WHERE at < $1 \
       AND NOT EXISTS (SELECT 1 FROM positions WHERE vehicle_id = vehicles.id) \
       ORDER BY name FOR UPDATE SKIP LOCKED) \
     RETURNING name";

/// The store.
#[derive(Clone, Debug)]
pub struct Postgres {
    database: Database,
    pool: PgPool,
}

impl Postgres {
    /// Connects, and waits for the server as long as configured.
    ///
    /// # Errors
    /// When the URL is wrong or the server does not answer in time.
    pub async fn open(
        config: &DatabaseConfig,
        url: &SecretString,
        registry: &mut Registry,
        faults: &Faults,
    ) -> Result<Self, BootError> {
        let (database, pool) =
            db::postgres(config, url, &super::OPERATIONS, registry, faults).await?;
        sqlx::migrate!("migrations/postgres")
            .run(&pool)
            .await
            .map_err(|error| not_migrated(&error))?;
        Ok(Self { database, pool })
    }
}

#[async_trait]
impl Store for Postgres {
    async fn store(&self, sightings: &[Sighting<'_>]) -> Result<Vec<bool>, StoreError> {
        let work = write::store(&self.pool, sightings);
        Ok(self.database.run(operation::STORE, work).await?)
    }

    async fn newest(&self) -> Result<Vec<Vehicle>, StoreError> {
        let work = async {
            let rows = sqlx::query_as::<_, VehicleRow>(
                "SELECT name, x, y, heading, speed, trip_id, at FROM vehicles",
            )
            .fetch_all(&self.pool)
            .await?;
            Ok(rows.into_iter().map(Vehicle::from).collect())
        };
        Ok(self.database.run(operation::NEWEST, work).await?)
    }

    async fn history(&self, page: Page<'_>) -> Result<Vec<Position>, StoreError> {
        let work = async {
            let rows = sqlx::query_as::<_, PositionRow>(HISTORY)
                .bind(page.vehicle)
                .bind(page.since)
                .bind(i64::from(page.limit))
                .fetch_all(&self.pool)
                .await?;
            Ok(rows.into_iter().map(Position::from).collect())
        };
        Ok(self.database.run(operation::HISTORY, work).await?)
    }

    async fn prune(&self, vehicle: &str, pruning: Pruning) -> Result<u64, StoreError> {
        let work = async {
            let cut: Option<OffsetDateTime> = sqlx::query_scalar(CUT)
                .bind(vehicle)
                .bind(pruning.before)
                .bind(i64::from(pruning.keep))
                .fetch_optional(&self.pool)
                .await?;
            let Some(cut) = cut else {
                return Ok(0);
            };
            let done = sqlx::query(PRUNE)
                .bind(vehicle)
                .bind(cut)
                .bind(i64::from(pruning.most))
                .execute(&self.pool)
                .await?;
            Ok(done.rows_affected())
        };
        Ok(self.database.run(operation::PRUNE, work).await?)
    }

    async fn forget(&self, before: OffsetDateTime) -> Result<Vec<String>, StoreError> {
        let work = sqlx::query_scalar(FORGET)
            .bind(before)
            .fetch_all(&self.pool);
        Ok(self.database.run(operation::FORGET, work).await?)
    }
}
