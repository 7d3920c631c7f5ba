//! A batch as one transaction with few statements: `SQLite` answers each in microseconds, the way
//! to its thread and back costs more.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use contracts::Order;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqlitePool};
use sqlx::{AssertSqlSafe, Connection as _};
use uuid::Uuid;

use super::row::{OrderRow, millis, select};
use crate::order::IdempotencyKey;
use crate::store::error::unwritable;
use crate::store::{Batch, Cancellation, Cancelled, Inserted, Placement, Written};

/// Rows that one statement inserts. Any number of rows is a few of these, and each text is prepared
/// once.
const CHUNKS: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// Each chunk's text: its orders, and an event for each, in one go.
static INSERT_ORDERS: LazyLock<[Arc<str>; 7]> = LazyLock::new(|| {
    CHUNKS.map(|rows| {
        let orders = vec!["(?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
        let events = vec!["(?, ?)"; rows].join(", ");
        Arc::from(format!(
            "INSERT INTO orders \
             (id, customer, address, items, total_cents, placed_at, updated_at) VALUES {orders}; \
             INSERT INTO outbox (order_id, traceparent) VALUES {events}"
        ))
    })
});

static CLAIM_KEYS: LazyLock<[Arc<str>; 7]> = LazyLock::new(|| {
    CHUNKS.map(|rows| {
        let keys = vec!["(?, ?, ?)"; rows].join(", ");
        Arc::from(format!(
            "INSERT INTO idempotency_keys (key, order_id, created_at) VALUES {keys} \
             ON CONFLICT DO NOTHING RETURNING order_id"
        ))
    })
});

/// Writes a batch.
pub(super) async fn write(pool: &SqlitePool, batch: &Batch) -> Result<Written, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    // IMMEDIATE: the lock is had at the start or not at all, never lost half-way.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let refused = claim_keys(&mut transaction, &batch.placements).await?;
    insert(&mut transaction, &batch.placements, &refused).await?;
    let written = Written {
        placements: outcomes(&mut transaction, &batch.placements, &refused).await?,
        cancellations: cancel(&mut transaction, &batch.cancellations).await?,
    };
    transaction.commit().await?;
    Ok(written)
}

/// Takes the keys that are free. Returns the orders whose keys are not.
async fn claim_keys(
    connection: &mut SqliteConnection,
    placements: &[Placement],
) -> Result<HashSet<Uuid>, sqlx::Error> {
    let keyed: Vec<_> = placements
        .iter()
        .filter_map(|placement| Some((placement.key.as_ref()?, &*placement.order)))
        .collect();
    let mut refused: HashSet<Uuid> = keyed.iter().map(|(_, order)| order.id).collect();
    for (text, keyed) in chunks(&keyed, &CLAIM_KEYS) {
        let mut query = sqlx::query_scalar::<_, Uuid>(AssertSqlSafe(text));
        for (key, order) in keyed {
            query = query
                .bind(key.as_str().to_owned())
                .bind(order.id)
                .bind(millis(order.placed_at));
        }
        for claimed in query.fetch_all(&mut *connection).await? {
            refused.remove(&claimed);
        }
    }
    Ok(refused)
}

async fn insert(
    connection: &mut SqliteConnection,
    placements: &[Placement],
    refused: &HashSet<Uuid>,
) -> Result<(), sqlx::Error> {
    let new: Vec<_> = placements
        .iter()
        .filter(|placement| !refused.contains(&placement.order.id))
        .collect();
    for (text, new) in chunks(&new, &INSERT_ORDERS) {
        let mut query = sqlx::query(AssertSqlSafe(text));
        for placement in new {
            query = bind_order(query, &placement.order)?;
        }
        for placement in new {
            query = query
                .bind(placement.order.id)
                .bind(placement.traceparent.clone());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

type Query = sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments>;

fn bind_order(query: Query, order: &Order) -> Result<Query, sqlx::Error> {
    let items = serde_json::to_string(&order.items).map_err(unwritable)?;
    let total_cents = i64::try_from(order.total_cents).map_err(unwritable)?;
    Ok(query
        .bind(order.id)
        .bind(order.customer.clone())
        .bind(order.address.clone())
        .bind(items)
        .bind(total_cents)
        .bind(millis(order.placed_at))
        .bind(millis(order.updated_at)))
}

/// What came of each placement: for those that were refused, the order that has their key.
async fn outcomes(
    connection: &mut SqliteConnection,
    placements: &[Placement],
    refused: &HashSet<Uuid>,
) -> Result<Vec<Inserted>, sqlx::Error> {
    let mut outcomes = Vec::with_capacity(placements.len());
    for placement in placements {
        outcomes.push(match &placement.key {
            Some(key) if refused.contains(&placement.order.id) => {
                Inserted::KeyTaken(Box::new(holder(connection, key).await?))
            }
            _ => Inserted::New,
        });
    }
    Ok(outcomes)
}

async fn holder(
    connection: &mut SqliteConnection,
    key: &IdempotencyKey,
) -> Result<Order, sqlx::Error> {
    sqlx::query_as::<_, OrderRow>(select!(
        "idempotency_keys JOIN orders ON id = order_id WHERE key = ?"
    ))
    .bind(key.as_str().to_owned())
    .fetch_one(connection)
    .await?
    .try_into()
}

/// One by one: customers change their minds far less often than they order.
async fn cancel(
    connection: &mut SqliteConnection,
    cancellations: &[Cancellation],
) -> Result<Vec<Cancelled>, sqlx::Error> {
    let mut outcomes = Vec::with_capacity(cancellations.len());
    for cancellation in cancellations {
        outcomes.push(cancel_one(connection, *cancellation).await?);
    }
    Ok(outcomes)
}

async fn cancel_one(
    connection: &mut SqliteConnection,
    cancellation: Cancellation,
) -> Result<Cancelled, sqlx::Error> {
    let changed = sqlx::query(
        "UPDATE orders SET status = 'cancelled', updated_at = ? WHERE id = ? AND status = 'placed'",
    )
    .bind(millis(cancellation.at))
    .bind(cancellation.id)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    let row = sqlx::query_as::<_, OrderRow>(select!("orders WHERE id = ?"))
        .bind(cancellation.id)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(Cancelled::NotFound);
    };
    let order = Box::new(row.try_into()?);
    Ok(if changed == 1 {
        Cancelled::Now(order)
    } else {
        Cancelled::Unchanged(order)
    })
}

/// Cuts a list into pieces of the fixed sizes, each with its text.
fn chunks<'a, T>(
    mut list: &'a [T],
    texts: &[Arc<str>; 7],
) -> impl Iterator<Item = (Arc<str>, &'a [T])> {
    std::iter::from_fn(move || {
        let (size, text) = CHUNKS
            .iter()
            .zip(texts)
            .find(|(size, _)| **size <= list.len())?;
        let (piece, rest) = list.split_at(*size);
        list = rest;
        Some((Arc::clone(text), piece))
    })
}
