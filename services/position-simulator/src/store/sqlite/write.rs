//! What is written. A list goes to a statement as JSON, so that its text is the same for any number
//! and is prepared once.

use serde::Serialize;
use sqlx::{SqliteConnection, SqlitePool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::read;
use super::row::{NewOrderRow, NewStopRow, PlaceRow, millis};
use crate::store::Due;
use crate::store::error::unwritable;
use crate::trip::{Loaded, Trip, WaitingOrder};

pub(super) async fn accept(pool: &SqlitePool, orders: &[WaitingOrder]) -> Result<u64, sqlx::Error> {
    let rows = orders.iter().map(|order| NewOrderRow {
        id: order.order_id,
        corner: order.corner.0,
        traceparent: order.traceparent.as_deref(),
    });
    let done = sqlx::query(
        "INSERT INTO orders (order_id, corner, traceparent) \
         SELECT unhex(value ->> 'id'), value ->> 'corner', value ->> 'traceparent' \
         FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
    )
    .bind(json(rows)?)
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn depart(
    pool: &SqlitePool,
    loaded: &Loaded,
) -> Result<Option<Trip>, sqlx::Error> {
    // The lock is had at the start or not at all, never lost half-way.
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    if let Some(stored) = read::trip(&mut transaction, loaded.trip.id).await? {
        return Ok(Some(stored));
    }
    if !insert_trip(&mut transaction, &loaded.trip).await?
        || !put_on_it(&mut transaction, loaded).await?
    {
        return Ok(None);
    }
    transaction.commit().await?;
    Ok(Some(loaded.trip.clone()))
}

/// Returns whether the van is at the shop when the trip departs.
async fn insert_trip(connection: &mut SqliteConnection, trip: &Trip) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO trips (trip_id, vehicle, departs_at, returns_at, time_factor, traceparent) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
         WHERE NOT EXISTS (SELECT 1 FROM trips WHERE vehicle = ?2 AND returns_at > ?3)",
    )
    .bind(trip.id)
    .bind(&trip.vehicle)
    .bind(millis(trip.departs_at))
    .bind(millis(trip.returns_at))
    .bind(trip.time_factor)
    .bind(trip.traceparent.as_deref())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Returns whether all orders were still waiting.
async fn put_on_it(
    connection: &mut SqliteConnection,
    loaded: &Loaded,
) -> Result<bool, sqlx::Error> {
    let stops = loaded.trip.stops.iter().map(|stop| NewStopRow {
        corner: stop.corner.0,
        due_at: millis(stop.due_at),
    });
    sqlx::query(
        "INSERT INTO stops (trip_id, place, corner, due_at) \
         SELECT ?1, key, value ->> 'corner', value ->> 'due_at' FROM json_each(?2)",
    )
    .bind(loaded.trip.id)
    .bind(json(stops)?)
    .execute(&mut *connection)
    .await?;
    let orders = loaded
        .orders
        .iter()
        .map(|(id, place)| place_row(*id, *place));
    let done = sqlx::query(
        "UPDATE orders SET trip_id = ?1, place = given.place \
         FROM (SELECT unhex(value ->> 'id') AS id, value ->> 'place' AS place \
           FROM json_each(?2)) AS given \
         WHERE order_id = given.id AND trip_id IS NULL",
    )
    .bind(loaded.trip.id)
    .bind(json(orders)?)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == loaded.orders.len() as u64)
}

pub(super) async fn announced(pool: &SqlitePool, due: &Due) -> Result<(), sqlx::Error> {
    let departures = due.departures.iter().map(|one| place_row(one.trip_id, 0));
    let deliveries = due
        .deliveries
        .iter()
        .map(|one| place_row(one.trip_id, one.place));
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "UPDATE trips SET announced = 1 \
         WHERE trip_id IN (SELECT unhex(value ->> 'id') FROM json_each(?))",
    )
    .bind(json(departures)?)
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "UPDATE stops SET announced = 1 WHERE (trip_id, place) IN \
         (SELECT unhex(value ->> 'id'), value ->> 'place' FROM json_each(?))",
    )
    .bind(json(deliveries)?)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

pub(super) async fn forget(
    pool: &SqlitePool,
    before: OffsetDateTime,
    most: u32,
) -> Result<u64, sqlx::Error> {
    // Their stops and orders go with them.
    let done = sqlx::query(
        "DELETE FROM trips WHERE trip_id IN (SELECT trip_id FROM trips \
           WHERE returns_at < ? AND announced = 1 AND NOT EXISTS (SELECT 1 FROM stops \
             WHERE stops.trip_id = trips.trip_id AND stops.announced = 0) \
           ORDER BY returns_at LIMIT ?)",
    )
    .bind(millis(before))
    .bind(most)
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

const fn place_row(id: Uuid, place: usize) -> PlaceRow {
    PlaceRow { id, place }
}

fn json(rows: impl Iterator<Item = impl Serialize>) -> Result<String, sqlx::Error> {
    serde_json::to_string(&rows.collect::<Vec<_>>()).map_err(unwritable)
}
