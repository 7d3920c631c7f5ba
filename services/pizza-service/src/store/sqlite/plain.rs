//! The most frequent batch, orders without keys and nothing else, as one text: `SQLite` binds values
//! in half the time that it takes to read them from JSON.

use std::sync::{Arc, OnceLock};

use contracts::Order;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Sqlite};

use super::row::millis;
use crate::store::error::unwritable;
use crate::store::{Batch, Placement};

/// Orders that one text holds. Each number of orders has a text of its own, prepared once.
const MOST_ROWS: usize = 64;

static TEXTS: [OnceLock<Arc<str>>; MOST_ROWS] = [const { OnceLock::new() }; MOST_ROWS];

type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

/// Whether a batch can be written by [`write`].
pub(super) fn suits(batch: &Batch) -> bool {
    (1..=MOST_ROWS).contains(&batch.placements.len())
        && batch.cancellations.is_empty()
        && batch.placements.iter().all(|one| one.key.is_none())
}

/// Begins, writes and commits.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    placements: &[Placement],
) -> Result<(), sqlx::Error> {
    let mut query = sqlx::query(AssertSqlSafe(text(placements.len())));
    for placement in placements {
        query = bind_order(query, &placement.order)?;
    }
    for placement in placements {
        query = query
            .bind(placement.order.id)
            .bind(placement.traceparent.clone());
    }
    query.execute(connection).await?;
    Ok(())
}

fn text(rows: usize) -> Arc<str> {
    let make = || {
        let orders = vec!["(?, ?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
        let events = vec!["(?, ?)"; rows].join(", ");
        Arc::from(format!(
            "BEGIN IMMEDIATE; \
             INSERT INTO orders \
             (id, customer, address, items, total_cents, sticker, placed_at, updated_at) \
             VALUES {orders}; \
             INSERT INTO outbox (order_id, traceparent) VALUES {events}; \
             COMMIT"
        ))
    };
    Arc::clone(TEXTS[rows - 1].get_or_init(make))
}

fn bind_order(query: Query, order: &Order) -> Result<Query, sqlx::Error> {
    let items = serde_json::to_string(&order.items).map_err(unwritable)?;
    let sticker = order.sticker.as_ref().map(serde_json::to_string);
    let sticker = sticker.transpose().map_err(unwritable)?;
    let total_cents = i64::try_from(order.total_cents).map_err(unwritable)?;
    let at = millis(order.placed_at);
    Ok(query
        .bind(order.id)
        .bind(order.customer.clone())
        .bind(order.address.clone())
        .bind(items)
        .bind(total_cents)
        .bind(sticker)
        .bind(at)
        .bind(at))
}
