//! Orders and trips in one `SQLite` file: one connection writes, others read beside it.

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::db::{self, Database};
use chassis::faults::Faults;
use prometheus_client::registry::Registry;
use time::OffsetDateTime;

use super::{Due, Store, StoreError, not_migrated, operation};
use crate::trip::{Loaded, Trip, WaitingOrder};

mod read;
mod row;
mod write;

/// The file in the data folder.
const FILE: &str = "simulator.sqlite";

/// The store.
#[derive(Clone, Debug)]
pub struct Sqlite {
    database: Database,
    pools: db::Sqlite,
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
        Ok(Self { database, pools })
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn accept(&self, orders: &[WaitingOrder]) -> Result<u64, StoreError> {
        let work = write::accept(&self.pools.writer, orders);
        Ok(self.database.run(operation::ACCEPT, work).await?)
    }

    async fn waiting(&self, limit: u32) -> Result<Vec<WaitingOrder>, StoreError> {
        let work = read::waiting(&self.pools.readers, limit);
        Ok(self.database.run(operation::WAITING, work).await?)
    }

    async fn count_waiting(&self) -> Result<u64, StoreError> {
        let work = read::count_waiting(&self.pools.readers);
        Ok(self.database.run(operation::COUNT, work).await?)
    }

    async fn depart(&self, loaded: &Loaded) -> Result<Option<Trip>, StoreError> {
        let work = write::depart(&self.pools.writer, loaded);
        Ok(self.database.run(operation::DEPART, work).await?)
    }

    async fn on_the_road(&self, after: OffsetDateTime) -> Result<Vec<Trip>, StoreError> {
        let work = read::on_the_road(&self.pools.readers, after);
        Ok(self.database.run(operation::ON_THE_ROAD, work).await?)
    }

    async fn due(&self, by: OffsetDateTime, limit: u32) -> Result<Due, StoreError> {
        let work = read::due(&self.pools.readers, by, limit);
        Ok(self.database.run(operation::DUE, work).await?)
    }

    async fn announced(&self, due: &Due) -> Result<(), StoreError> {
        let work = write::announced(&self.pools.writer, due);
        Ok(self.database.run(operation::ANNOUNCED, work).await?)
    }

    async fn forget(&self, before: OffsetDateTime, most: u32) -> Result<u64, StoreError> {
        let work = write::forget(&self.pools.writer, before, most);
        Ok(self.database.run(operation::FORGET, work).await?)
    }
}
