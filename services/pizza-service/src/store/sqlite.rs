//! Orders in one `SQLite` file: one connection writes, others read beside it.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::db::{self, Database, Pen};
use chassis::faults::Faults;
use contracts::Order;
use prometheus_client::registry::Registry;
use sqlx::SqlitePool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Advanced, Batch, Counts, Oldest, Page, Step, Store, StoreError, Taken, Written, not_migrated,
    operation,
};

mod advance;
mod backlog;
mod outbox;
mod plain;
mod row;
mod write;

use row::{OrderRow, millis, select};

/// The file in the data folder.
const FILE: &str = "pizza.sqlite";

const LIST: &str = select!("orders WHERE id < ? ORDER BY id DESC LIMIT ?");

const LIST_STATUS: &str = select!("orders WHERE status = ? AND id < ? ORDER BY id DESC LIMIT ?");

/// The store.
#[derive(Debug)]
pub struct Sqlite {
    database: Database,
    readers: SqlitePool,
    pen: Arc<Pen>,
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
        let pen = Pen::take(&pools.writer)
            .await
            .map_err(|error| BootError::Database(error.to_string()))?;
        Ok(Self {
            database,
            readers: pools.readers,
            pen: Arc::new(pen),
        })
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn write(&self, batch: &Batch) -> Result<Written, StoreError> {
        let work = async { write::write(&mut *self.pen.hold().await, batch).await };
        Ok(self.database.run(operation::WRITE, work).await?)
    }

    async fn advance(&self, steps: &[Step]) -> Result<Vec<Advanced>, StoreError> {
        let work = async { advance::advance(&mut *self.pen.hold().await, steps).await };
        Ok(self.database.run(operation::ADVANCE, work).await?)
    }

    async fn get(&self, id: Uuid) -> Result<Option<Order>, StoreError> {
        let work = async {
            sqlx::query_as::<_, OrderRow>(select!("orders WHERE id = ?"))
                .bind(id)
                .fetch_optional(&self.readers)
                .await?
                .map(Order::try_from)
                .transpose()
        };
        Ok(self.database.run(operation::GET, work).await?)
    }

    async fn list(&self, page: Page) -> Result<Vec<Order>, StoreError> {
        let query = match page.status {
            None => sqlx::query_as::<_, OrderRow>(LIST),
            Some(status) => sqlx::query_as(LIST_STATUS).bind(status.as_str()),
        };
        let work = async {
            query
                .bind(page.before)
                .bind(page.limit)
                .fetch_all(&self.readers)
                .await?
                .into_iter()
                .map(Order::try_from)
                .collect()
        };
        Ok(self.database.run(operation::LIST, work).await?)
    }

    async fn prune_keys(&self, before: OffsetDateTime, most: u32) -> Result<u64, StoreError> {
        let work = async {
            sqlx::query(
                "DELETE FROM idempotency_keys WHERE key IN \
                 (SELECT key FROM idempotency_keys WHERE created_at < ? \
                 ORDER BY created_at LIMIT ?)",
            )
            .bind(millis(before))
            .bind(most)
            .execute(self.pen.hold().await.connection())
            .await
        };
        let done = self.database.run(operation::PRUNE, work).await?;
        Ok(done.rows_affected())
    }

    async fn outbox_take(&self, limit: u32) -> Result<Box<dyn Taken>, StoreError> {
        outbox::take(&self.database, &self.readers, &self.pen, limit).await
    }

    async fn oldest(&self) -> Result<Oldest, StoreError> {
        let work = backlog::oldest(&self.readers);
        Ok(self.database.run(operation::OLDEST, work).await?)
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let work = backlog::counts(&self.readers);
        Ok(self.database.run(operation::COUNT, work).await?)
    }
}

/// The steps by which `SQLite` would answer a query.
#[cfg(test)]
async fn plan(query: &str) -> Result<Vec<String>, sqlx::Error> {
    let pool = SqlitePool::connect("sqlite::memory:").await?;
    sqlx::migrate!("migrations/sqlite").run(&pool).await?;
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&pool).await?;
    Ok(plan.into_iter().map(|step| step.3).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page must cost the same wherever it is: one range of one index, and nothing sorted.
    #[tokio::test]
    async fn a_page_is_one_range_of_an_index() -> Result<(), sqlx::Error> {
        for (query, index) in [
            (LIST, "SEARCH orders USING PRIMARY KEY (id<?)"),
            (
                LIST_STATUS,
                "SEARCH orders USING INDEX orders_by_status (status=? AND id<?)",
            ),
        ] {
            assert_eq!(plan(query).await?, [index]);
        }
        Ok(())
    }
}
