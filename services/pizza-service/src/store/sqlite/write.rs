//! Any batch as one transaction and one parameter: `SQLite` reads the orders from JSON, so that the
//! text is the same for any number of them and is prepared once.

use std::collections::HashMap;

use contracts::{Item, Order, Sticker};
use serde::Serialize;
use sqlx::{Executor as _, FromRow, SqliteConnection};
use uuid::Uuid;

use super::plain;
use super::row::{OrderRow, millis, select};
use crate::order::IdempotencyKey;
use crate::store::batch::{Batch, Cancellation, Cancelled, Inserted, Placement, Written};
use crate::store::error::unwritable;
use chassis::db::Held;

/// Takes the keys that are free. Stores the orders that have theirs, or need none, each with its
/// event. Returns the other orders, each with the order that has its key. The lock is had at the
/// start (IMMEDIATE) or not at all, never lost half-way.
macro_rules! place {
    () => {
        "BEGIN IMMEDIATE; \
         \
         INSERT INTO idempotency_keys (key, order_id, created_at) \
         SELECT value ->> 'key', unhex(value ->> 'id'), value ->> 'at' \
         FROM json_each(?1) WHERE value ->> 'key' IS NOT NULL \
         ON CONFLICT DO NOTHING; \
         \
         INSERT INTO orders \
         (id, customer, address, items, total_cents, sticker, placed_at, updated_at) \
         SELECT unhex(new ->> 'id'), new ->> 'customer', new ->> 'address', new -> 'items', \
           new ->> 'total', new -> 'sticker', new ->> 'at', new ->> 'at' \
         FROM (SELECT value AS new FROM json_each(?1)) \
         WHERE NOT EXISTS (SELECT 1 FROM idempotency_keys \
           WHERE key = new ->> 'key' AND order_id <> unhex(new ->> 'id')); \
         \
         INSERT INTO outbox (order_id, traceparent) \
         SELECT unhex(new ->> 'id'), new ->> 'traceparent' \
         FROM (SELECT value AS new FROM json_each(?1)) \
         WHERE NOT EXISTS (SELECT 1 FROM idempotency_keys \
           WHERE key = new ->> 'key' AND order_id <> unhex(new ->> 'id')); \
         \
         SELECT unhex(new ->> 'id') AS refused, id, status, customer, address, items, \
           total_cents, sticker, vehicle, placed_at, updated_at \
         FROM (SELECT value AS new FROM json_each(?1)) \
         JOIN idempotency_keys ON key = new ->> 'key' \
         JOIN orders ON id = order_id \
         WHERE id <> unhex(new ->> 'id');"
    };
}

const PLACE: &str = place!();

const PLACE_AND_COMMIT: &str = concat!(place!(), "COMMIT");

const CANCEL: &str = "UPDATE orders SET status = 'cancelled', updated_at = at \
     FROM (SELECT unhex(value ->> 'id') AS asked, min(value ->> 'at') AS at \
       FROM json_each(?1) GROUP BY asked) \
     WHERE id = asked AND status = 'placed' RETURNING id";

/// A new order as `place!` reads it.
#[derive(Serialize)]
struct NewRow<'a> {
    #[serde(with = "uuid::serde::simple")]
    id: Uuid,
    key: Option<&'a str>,
    customer: &'a str,
    address: &'a str,
    items: &'a [Item],
    total: i64,
    /// Left out where there is none: a JSON `null` is no SQL NULL.
    #[serde(skip_serializing_if = "Option::is_none")]
    sticker: Option<&'a Sticker>,
    at: i64,
    traceparent: Option<&'a str>,
}

/// An order that is not stored, and the one that has its key.
#[derive(FromRow)]
struct RefusedRow {
    refused: Uuid,
    #[sqlx(flatten)]
    holder: OrderRow,
}

/// An order to cancel as `CANCEL` reads it.
#[derive(Serialize)]
struct CancelRow {
    #[serde(with = "uuid::serde::simple")]
    id: Uuid,
    at: i64,
}

/// Writes a batch.
pub(super) async fn write(pen: &mut Held, batch: &Batch) -> Result<Written, sqlx::Error> {
    pen.transact(async |connection| {
        if plain::suits(batch) {
            plain::write(connection, &batch.placements).await?;
            return Ok(Written {
                placements: vec![Inserted::New; batch.placements.len()],
                cancellations: Vec::new(),
            });
        }
        let new = new_rows(&batch.placements)?;
        if batch.cancellations.is_empty() {
            let refused = place(connection, PLACE_AND_COMMIT, new).await?;
            return Ok(Written {
                placements: outcomes(&batch.placements, refused),
                cancellations: Vec::new(),
            });
        }
        let refused = place(connection, PLACE, new).await?;
        let written = Written {
            placements: outcomes(&batch.placements, refused),
            cancellations: cancel(connection, &batch.cancellations).await?,
        };
        connection.execute("COMMIT").await?;
        Ok(written)
    })
    .await
}

fn new_rows(placements: &[Placement]) -> Result<String, sqlx::Error> {
    let rows = placements
        .iter()
        .map(|placement| {
            let order: &Order = &placement.order;
            Ok(NewRow {
                id: order.id,
                key: placement.key.as_ref().map(IdempotencyKey::as_str),
                customer: &order.customer,
                address: &order.address,
                items: &order.items,
                total: order.total_cents.try_into().map_err(unwritable)?,
                sticker: order.sticker.as_ref(),
                at: millis(order.placed_at),
                traceparent: placement.traceparent.as_deref(),
            })
        })
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    serde_json::to_string(&rows).map_err(unwritable)
}

/// Runs `place!`. Returns the orders that were refused, with those that have their keys.
async fn place(
    connection: &mut SqliteConnection,
    text: &'static str,
    new: String,
) -> Result<HashMap<Uuid, Order>, sqlx::Error> {
    sqlx::query_as::<_, RefusedRow>(text)
        .bind(new)
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(|row| Ok((row.refused, row.holder.try_into()?)))
        .collect()
}

fn outcomes(placements: &[Placement], mut refused: HashMap<Uuid, Order>) -> Vec<Inserted> {
    placements
        .iter()
        .map(|placement| match refused.remove(&placement.order.id) {
            Some(holder) => Inserted::KeyTaken(Box::new(holder)),
            None => Inserted::New,
        })
        .collect()
}

async fn cancel(
    connection: &mut SqliteConnection,
    cancellations: &[Cancellation],
) -> Result<Vec<Cancelled>, sqlx::Error> {
    let rows: Vec<_> = cancellations
        .iter()
        .map(|one| CancelRow {
            id: one.id,
            at: millis(one.at),
        })
        .collect();
    let asked = serde_json::to_string(&rows).map_err(unwritable)?;
    let changed: Vec<Uuid> = sqlx::query_scalar(CANCEL)
        .bind(&asked)
        .fetch_all(&mut *connection)
        .await?;
    let orders = sqlx::query_as::<_, OrderRow>(select!(
        "orders WHERE id IN (SELECT unhex(value ->> 'id') FROM json_each(?1))"
    ))
    .bind(&asked)
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Order::try_from)
    .collect::<Result<Vec<_>, _>>()?;
    Ok(Cancelled::each(cancellations, changed, orders))
}
