//! Steps of orders as one transaction: the orders are locked and read, and what changes is written.

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::row::KnownRow;
use crate::store::progress::{self, Change};
use crate::store::{Advanced, Step};

const LOCK: &str = "SELECT id, status, placed_at FROM orders WHERE id = ANY($1) \
     ORDER BY id FOR NO KEY UPDATE";

const WRITE: &str = "UPDATE orders SET status = new.status, vehicle = new.vehicle, updated_at = new.at \
     FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) \
       AS new (id, status, vehicle, at) \
     WHERE orders.id = new.id";

/// Lets orders take steps.
pub(super) async fn advance(pool: &PgPool, steps: &[Step]) -> Result<Vec<Advanced>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let known = sqlx::query_as::<_, KnownRow>(LOCK)
        .bind(progress::asked(steps))
        .fetch_all(&mut *transaction)
        .await?
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<_, _>>()?;
    let outcome = progress::advance(steps, known);
    write(&mut transaction, &outcome.changes).await?;
    transaction.commit().await?;
    Ok(outcome.advanced)
}

async fn write(
    connection: &mut PgConnection,
    changes: &BTreeMap<Uuid, Change>,
) -> Result<(), sqlx::Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changes.keys().copied().collect();
    let statuses: Vec<&str> = changes.values().map(|one| one.status.as_str()).collect();
    let vehicles: Vec<&str> = changes.values().map(|one| one.vehicle.as_ref()).collect();
    let moments: Vec<OffsetDateTime> = changes.values().map(|one| one.at).collect();
    sqlx::query(WRITE)
        .bind(ids)
        .bind(statuses)
        .bind(vehicles)
        .bind(moments)
        .execute(connection)
        .await?;
    Ok(())
}
