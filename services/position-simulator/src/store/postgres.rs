//! Orders and trips in Postgres.

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::db::{self, Database};
use chassis::faults::Faults;
use prometheus_client::registry::Registry;
use secrecy::SecretString;
use sqlx::PgPool;
use time::OffsetDateTime;

use super::{Due, Store, StoreError, not_migrated, operation};
use crate::trip::{Loaded, Trip, WaitingOrder};

mod read;
mod row;
mod write;

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
    async fn accept(&self, orders: &[WaitingOrder]) -> Result<u64, StoreError> {
        let work = write::accept(&self.pool, orders);
        Ok(self.database.run(operation::ACCEPT, work).await?)
    }

    async fn waiting(&self, limit: u32) -> Result<Vec<WaitingOrder>, StoreError> {
        let work = read::waiting(&self.pool, limit);
        Ok(self.database.run(operation::WAITING, work).await?)
    }

    async fn count_waiting(&self) -> Result<u64, StoreError> {
        let work = read::count_waiting(&self.pool);
        Ok(self.database.run(operation::COUNT, work).await?)
    }

    async fn depart(&self, loaded: &Loaded) -> Result<Option<Trip>, StoreError> {
        let work = write::depart(&self.pool, loaded);
        Ok(self.database.run(operation::DEPART, work).await?)
    }

    async fn on_the_road(&self, after: OffsetDateTime) -> Result<Vec<Trip>, StoreError> {
        let work = read::on_the_road(&self.pool, after);
        Ok(self.database.run(operation::ON_THE_ROAD, work).await?)
    }

    async fn due(&self, by: OffsetDateTime, limit: u32) -> Result<Due, StoreError> {
        let work = read::due(&self.pool, by, limit);
        Ok(self.database.run(operation::DUE, work).await?)
    }

    async fn announced(&self, due: &Due) -> Result<(), StoreError> {
        let work = write::announced(&self.pool, due);
        Ok(self.database.run(operation::ANNOUNCED, work).await?)
    }

    async fn forget(&self, before: OffsetDateTime, most: u32) -> Result<u64, StoreError> {
        let work = write::forget(&self.pool, before, most);
        Ok(self.database.run(operation::FORGET, work).await?)
    }
}
