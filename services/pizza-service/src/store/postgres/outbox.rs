//! The outbox that copies of this service share. What one has taken is locked by its transaction:
//! others pass it by, and a copy that dies gives it back with its connection.

use async_trait::async_trait;
use chassis::db::Database;
use sqlx::{PgPool, Postgres, Transaction};

use super::row::{PendingRow, select};
use crate::events::Pending;
use crate::store::{StoreError, Taken, operation};

/// A copy whose machine is gone without a word must not keep what it has taken. Longer than an
/// attempt to publish may take.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '15s'";

const TAKE: &str = select!(
    "outbox JOIN orders ON id = order_id ORDER BY sequence LIMIT $1 FOR UPDATE OF outbox SKIP LOCKED",
    "sequence, traceparent, "
);

const FORGET: &str = "DELETE FROM outbox WHERE sequence = ANY($1)";

#[derive(Debug)]
struct Locked {
    pending: Vec<Pending>,
    database: Database,
    transaction: Transaction<'static, Postgres>,
}

/// Locks and reads the oldest events that nobody else has taken.
pub(super) async fn take(
    database: &Database,
    pool: &PgPool,
    limit: u32,
) -> Result<Box<dyn Taken>, StoreError> {
    let work = async {
        let mut transaction = pool.begin_with(BEGIN).await?;
        let pending = sqlx::query_as::<_, PendingRow>(TAKE)
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await?
            .into_iter()
            .map(Pending::try_from)
            .collect::<Result<_, _>>()?;
        Ok((pending, transaction))
    };
    let (pending, transaction) = database.run(operation::READ_OUTBOX, work).await?;
    Ok(Box::new(Locked {
        pending,
        database: database.clone(),
        transaction,
    }))
}

#[async_trait]
impl Taken for Locked {
    fn pending(&self) -> &[Pending] {
        &self.pending
    }

    async fn done(mut self: Box<Self>) -> Result<(), StoreError> {
        let sequences: Vec<_> = self.pending.iter().map(|one| one.sequence).collect();
        let database = self.database.clone();
        let work = async {
            if !sequences.is_empty() {
                sqlx::query(FORGET)
                    .bind(sequences)
                    .execute(&mut *self.transaction)
                    .await?;
            }
            self.transaction.commit().await
        };
        database.run(operation::ACKNOWLEDGE, work).await?;
        Ok(())
    }

    async fn give_back(self: Box<Self>) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }
}
