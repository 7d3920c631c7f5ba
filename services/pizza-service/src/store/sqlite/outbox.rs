//! The outbox of a file that one process works with: nobody else could take its events.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::db::Database;
use sqlx::SqlitePool;

use super::row::{PendingRow, select};
use crate::events::Pending;
use crate::store::{StoreError, Taken, operation};
use chassis::db::Pen;

const READ: &str = select!(
    "outbox JOIN orders ON id = order_id ORDER BY sequence LIMIT ?",
    "sequence, traceparent, "
);

const FORGET: &str = "DELETE FROM outbox WHERE sequence IN (SELECT value FROM json_each(?))";

#[derive(Debug)]
struct Read {
    pending: Vec<Pending>,
    database: Database,
    pen: Arc<Pen>,
}

/// Reads the oldest events.
pub(super) async fn take(
    database: &Database,
    readers: &SqlitePool,
    pen: &Arc<Pen>,
    limit: u32,
) -> Result<Box<dyn Taken>, StoreError> {
    let work = async {
        sqlx::query_as::<_, PendingRow>(READ)
            .bind(limit)
            .fetch_all(readers)
            .await?
            .into_iter()
            .map(Pending::try_from)
            .collect()
    };
    Ok(Box::new(Read {
        pending: database.run(operation::READ_OUTBOX, work).await?,
        database: database.clone(),
        pen: Arc::clone(pen),
    }))
}

#[async_trait]
impl Taken for Read {
    fn pending(&self) -> &[Pending] {
        &self.pending
    }

    async fn done(self: Box<Self>) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let sequences: Vec<_> = self.pending.iter().map(|one| one.sequence).collect();
        let list = serde_json::Value::from(sequences).to_string();
        let work = async {
            sqlx::query(FORGET)
                .bind(list)
                .execute(self.pen.hold().await.connection())
                .await
        };
        self.database.run(operation::ACKNOWLEDGE, work).await?;
        Ok(())
    }

    async fn give_back(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}
