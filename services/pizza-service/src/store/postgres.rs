//! Orders in Postgres.

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::db::{self, Database};
use chassis::faults::Faults;
use contracts::Order;
use prometheus_client::registry::Registry;
use secrecy::SecretString;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Advanced, Batch, Counts, Oldest, Page, Step, Store, StoreError, Taken, Written, not_migrated,
    operation,
};

mod advance;
mod backlog;
mod outbox;
mod row;
mod write;

use row::{OrderRow, select};

const LIST: &str = select!("orders WHERE id < $1 ORDER BY id DESC LIMIT $2");

/// Rows compared with rows, so that only `orders_by_status` has the order: for `status = $1` the
/// planner may walk through all newer orders instead, of any status.
const LIST_STATUS: &str = select!(
    "orders WHERE (status, id) < ($1, $2) AND (status, id) >= ($1, '00000000-0000-0000-0000-000000000000') \
     ORDER BY status DESC, id DESC LIMIT $3"
);

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
    async fn write(&self, batch: &Batch) -> Result<Written, StoreError> {
        let work = write::write(&self.pool, batch);
        Ok(self.database.run(operation::WRITE, work).await?)
    }

    async fn advance(&self, steps: &[Step]) -> Result<Vec<Advanced>, StoreError> {
        let work = advance::advance(&self.pool, steps);
        Ok(self.database.run(operation::ADVANCE, work).await?)
    }

    async fn get(&self, id: Uuid) -> Result<Option<Order>, StoreError> {
        let work = async {
            sqlx::query_as::<_, OrderRow>(select!("orders WHERE id = $1"))
                .bind(id)
                .fetch_optional(&self.pool)
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
                .bind(i64::from(page.limit))
                .fetch_all(&self.pool)
                .await?
                .into_iter()
                .map(Order::try_from)
                .collect()
        };
        Ok(self.database.run(operation::LIST, work).await?)
    }

    async fn prune_keys(&self, before: OffsetDateTime, most: u32) -> Result<u64, StoreError> {
        let work = sqlx::query(
            "DELETE FROM idempotency_keys WHERE key IN \
             (SELECT key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2 \
             FOR UPDATE SKIP LOCKED)",
        )
        .bind(before)
        .bind(i64::from(most))
        .execute(&self.pool);
        let done = self.database.run(operation::PRUNE, work).await?;
        Ok(done.rows_affected())
    }

    async fn outbox_take(&self, limit: u32) -> Result<Box<dyn Taken>, StoreError> {
        outbox::take(&self.database, &self.pool, limit).await
    }

    async fn oldest(&self) -> Result<Oldest, StoreError> {
        let work = backlog::oldest(&self.pool);
        Ok(self.database.run(operation::OLDEST, work).await?)
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let work = backlog::counts(&self.pool);
        Ok(self.database.run(operation::COUNT, work).await?)
    }
}
