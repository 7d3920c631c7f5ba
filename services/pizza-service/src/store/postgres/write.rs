//! A batch as one transaction with the same few statements, however many orders it holds; only a key
//! that was taken costs one more. Other copies of this service may write at the same time: what both
//! may touch is locked in order.

use std::collections::HashSet;

use contracts::Order;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::row::{OrderRow, select};
use crate::order::IdempotencyKey;
use crate::store::error::unwritable;
use crate::store::{Batch, Cancellation, Cancelled, Inserted, Placement, Written};

/// Writes a batch.
pub(super) async fn write(pool: &PgPool, batch: &Batch) -> Result<Written, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let refused = claim_keys(&mut transaction, &batch.placements).await?;
    insert(&mut transaction, &batch.placements, &refused).await?;
    let written = Written {
        placements: outcomes(&mut transaction, &batch.placements, &refused).await?,
        cancellations: cancel(&mut transaction, &batch.cancellations).await?,
    };
    transaction.commit().await?;
    Ok(written)
}

/// Takes the keys that are free. Returns the orders whose keys are not. A key that another
/// transaction is about to take is waited for.
async fn claim_keys(
    connection: &mut PgConnection,
    placements: &[Placement],
) -> Result<HashSet<Uuid>, sqlx::Error> {
    let mut keyed: Vec<_> = placements
        .iter()
        .filter_map(|placement| Some((placement.key.as_ref()?.as_str(), &*placement.order)))
        .collect();
    if keyed.is_empty() {
        return Ok(HashSet::new());
    }
    // Stable: of two with one key the first in the batch gets it.
    keyed.sort_by_key(|(key, _)| *key);
    let (keys, orders): (Vec<_>, Vec<_>) = keyed.into_iter().unzip();
    let mut refused: HashSet<_> = orders.iter().map(|order| order.id).collect();
    let claimed: Vec<Uuid> = sqlx::query_scalar(
        "INSERT INTO idempotency_keys (key, order_id, created_at) \
         SELECT * FROM UNNEST($1::text[], $2::uuid[], $3::timestamptz[]) \
         ON CONFLICT DO NOTHING RETURNING order_id",
    )
    .bind(keys)
    .bind(orders.iter().map(|order| order.id).collect::<Vec<_>>())
    .bind(
        orders
            .iter()
            .map(|order| order.placed_at)
            .collect::<Vec<_>>(),
    )
    .fetch_all(connection)
    .await?;
    for id in claimed {
        refused.remove(&id);
    }
    Ok(refused)
}

/// Orders as columns.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<Uuid>,
    customers: Vec<&'a str>,
    addresses: Vec<&'a str>,
    items: Vec<String>,
    totals: Vec<i64>,
    stickers: Vec<Option<String>>,
    moments: Vec<time::OffsetDateTime>,
    traceparents: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, placement: &'a Placement) -> Result<(), sqlx::Error> {
        let order: &Order = &placement.order;
        self.ids.push(order.id);
        self.customers.push(&order.customer);
        self.addresses.push(&order.address);
        self.items
            .push(serde_json::to_string(&order.items).map_err(unwritable)?);
        self.totals
            .push(order.total_cents.try_into().map_err(unwritable)?);
        let sticker = order.sticker.as_ref().map(serde_json::to_string);
        self.stickers.push(sticker.transpose().map_err(unwritable)?);
        self.moments.push(order.placed_at);
        self.traceparents.push(placement.traceparent.as_deref());
        Ok(())
    }
}

/// Orders and their events by one statement.
async fn insert(
    connection: &mut PgConnection,
    placements: &[Placement],
    refused: &HashSet<Uuid>,
) -> Result<(), sqlx::Error> {
    let mut new = Columns::default();
    for placement in placements {
        if !refused.contains(&placement.order.id) {
            new.push(placement)?;
        }
    }
    if new.ids.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "WITH new AS (\
           SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], \
             $6::text[], $7::timestamptz[], $8::text[]) WITH ORDINALITY \
             AS new (id, customer, address, items, total_cents, sticker, placed_at, traceparent, \
               place)), \
         stored AS (\
           INSERT INTO orders \
           (id, customer, address, items, total_cents, sticker, placed_at, updated_at) \
           SELECT id, customer, address, items::jsonb, total_cents, sticker::jsonb, placed_at, \
             placed_at FROM new) \
         INSERT INTO outbox (order_id, traceparent) SELECT id, traceparent FROM new ORDER BY place",
    )
    .bind(new.ids)
    .bind(new.customers)
    .bind(new.addresses)
    .bind(new.items)
    .bind(new.totals)
    .bind(new.stickers)
    .bind(new.moments)
    .bind(new.traceparents)
    .execute(connection)
    .await?;
    Ok(())
}

/// What came of each placement: for those that were refused, the order that has their key.
async fn outcomes(
    connection: &mut PgConnection,
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

/// A key that was forgotten this very moment has no order: an error, and the client's next attempt
/// gets it.
async fn holder(connection: &mut PgConnection, key: &IdempotencyKey) -> Result<Order, sqlx::Error> {
    sqlx::query_as::<_, OrderRow>(select!(
        "idempotency_keys JOIN orders ON id = order_id WHERE key = $1"
    ))
    .bind(key.as_str())
    .fetch_one(connection)
    .await?
    .try_into()
}

async fn cancel(
    connection: &mut PgConnection,
    cancellations: &[Cancellation],
) -> Result<Vec<Cancelled>, sqlx::Error> {
    if cancellations.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, moments): (Vec<_>, Vec<_>) = cancellations.iter().map(|one| (one.id, one.at)).unzip();
    let changed: Vec<Uuid> = sqlx::query_scalar(
        "WITH asked AS (\
           SELECT id, min(at) AS at FROM UNNEST($1::uuid[], $2::timestamptz[]) AS asked (id, at) \
           GROUP BY id), \
         locked AS (\
           SELECT id, at FROM orders JOIN asked USING (id) WHERE status = 'placed' \
           ORDER BY id FOR UPDATE OF orders) \
         UPDATE orders SET status = 'cancelled', updated_at = locked.at \
         FROM locked WHERE orders.id = locked.id RETURNING orders.id",
    )
    .bind(&ids)
    .bind(moments)
    .fetch_all(&mut *connection)
    .await?;
    let orders = sqlx::query_as::<_, OrderRow>(select!("orders WHERE id = ANY($1)"))
        .bind(&ids)
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(Order::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Cancelled::each(cancellations, changed, orders))
}
