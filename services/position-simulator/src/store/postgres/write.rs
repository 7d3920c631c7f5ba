//! What is written: few statements, however many rows they write.

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::read;
use crate::store::Due;
use crate::store::error::unwritable;
use crate::trip::{Loaded, Trip, WaitingOrder};

/// One departure at a time, whoever writes it: an attempt whose end was not seen is over first. The
/// server gives up one whose client is gone, or the lock would outlive it.
const ONE_AT_A_TIME: &str = "SET LOCAL idle_in_transaction_session_timeout = '10s'; \
     LOCK TABLE trips IN SHARE ROW EXCLUSIVE MODE";

pub(super) async fn accept(pool: &PgPool, orders: &[WaitingOrder]) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO orders (order_id, corner, traceparent) \
         SELECT * FROM UNNEST($1::uuid[], $2::integer[], $3::text[]) ON CONFLICT DO NOTHING",
    )
    .bind(
        orders
            .iter()
            .map(|order| order.order_id)
            .collect::<Vec<_>>(),
    )
    .bind(
        orders
            .iter()
            .map(|order| i32::from(order.corner.0))
            .collect::<Vec<_>>(),
    )
    .bind(
        orders
            .iter()
            .map(|order| order.traceparent.as_deref())
            .collect::<Vec<_>>(),
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn depart(pool: &PgPool, loaded: &Loaded) -> Result<Option<Trip>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::raw_sql(ONE_AT_A_TIME)
        .execute(&mut *transaction)
        .await?;
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
async fn insert_trip(connection: &mut PgConnection, trip: &Trip) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO trips (trip_id, vehicle, departs_at, returns_at, time_factor, traceparent) \
         SELECT $1, $2, $3, $4, $5, $6 \
         WHERE NOT EXISTS (SELECT 1 FROM trips WHERE vehicle = $2 AND returns_at > $3)",
    )
    .bind(trip.id)
    .bind(&trip.vehicle)
    .bind(trip.departs_at)
    .bind(trip.returns_at)
    .bind(i32::try_from(trip.time_factor).map_err(unwritable)?)
    .bind(trip.traceparent.as_deref())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Returns whether all orders were still waiting.
async fn put_on_it(connection: &mut PgConnection, loaded: &Loaded) -> Result<bool, sqlx::Error> {
    let stops = &loaded.trip.stops;
    sqlx::query(
        "INSERT INTO stops (trip_id, place, corner, due_at) \
         SELECT $1, (place - 1)::integer, corner, due_at \
         FROM UNNEST($2::integer[], $3::timestamptz[]) WITH ORDINALITY AS new (corner, due_at, place)",
    )
    .bind(loaded.trip.id)
    .bind(stops.iter().map(|stop| i32::from(stop.corner.0)).collect::<Vec<_>>())
    .bind(stops.iter().map(|stop| stop.due_at).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    let (ids, places) = columns(loaded.orders.iter().copied())?;
    let done = sqlx::query(
        "UPDATE orders SET trip_id = $1, place = given.place \
         FROM UNNEST($2::uuid[], $3::integer[]) AS given (id, place) \
         WHERE order_id = given.id AND trip_id IS NULL",
    )
    .bind(loaded.trip.id)
    .bind(ids)
    .bind(places)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == loaded.orders.len() as u64)
}

pub(super) async fn announced(pool: &PgPool, due: &Due) -> Result<(), sqlx::Error> {
    let departures: Vec<_> = due.departures.iter().map(|one| one.trip_id).collect();
    let (trips, places) = columns(due.deliveries.iter().map(|one| (one.trip_id, one.place)))?;
    let mut transaction = pool.begin().await?;
    sqlx::query("UPDATE trips SET announced = true WHERE trip_id = ANY($1)")
        .bind(departures)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "UPDATE stops SET announced = true \
         FROM UNNEST($1::uuid[], $2::integer[]) AS told (trip_id, place) \
         WHERE stops.trip_id = told.trip_id AND stops.place = told.place",
    )
    .bind(trips)
    .bind(places)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

pub(super) async fn forget(
    pool: &PgPool,
    before: OffsetDateTime,
    most: u32,
) -> Result<u64, sqlx::Error> {
    // Their stops and orders go with them.
    let done = sqlx::query(
        "DELETE FROM trips WHERE trip_id IN (SELECT trip_id FROM trips \
           WHERE returns_at < $1 AND announced AND NOT EXISTS (SELECT 1 FROM stops \
             WHERE stops.trip_id = trips.trip_id AND NOT stops.announced) \
           ORDER BY returns_at LIMIT $2)",
    )
    .bind(before)
    .bind(i64::from(most))
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// Ids and places as two columns.
fn columns(
    rows: impl Iterator<Item = (Uuid, usize)>,
) -> Result<(Vec<Uuid>, Vec<i32>), sqlx::Error> {
    rows.map(|(id, place)| Ok((id, i32::try_from(place).map_err(unwritable)?)))
        .collect::<Result<Vec<_>, sqlx::Error>>()
        .map(|rows| rows.into_iter().unzip())
}
