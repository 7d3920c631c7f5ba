//! What is read.

use sqlx::{SqliteConnection, SqlitePool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::row::{DueRow, OrderRow, TripRow, millis};
use crate::store::{Delivery, Departure, Due};
use crate::trip::{Trip, WaitingOrder};

/// The first of these have departed, and nobody knows.
pub(super) const DEPARTURES: &str = "SELECT trip_id, 0 AS place, vehicle, departs_at AS at, traceparent, \
       coalesce((SELECT group_concat(hex(order_id)) FROM orders \
         WHERE orders.trip_id = trips.trip_id), '') AS order_ids \
     FROM trips WHERE announced = 0 AND departs_at <= ? ORDER BY departs_at LIMIT ?";

/// The first of these are over, and nobody knows.
pub(super) const DELIVERIES: &str = "SELECT stops.trip_id, stops.place, vehicle, due_at AS at, traceparent, \
       coalesce((SELECT group_concat(hex(order_id)) FROM orders \
         WHERE orders.trip_id = stops.trip_id AND orders.place = stops.place), '') AS order_ids \
     FROM stops JOIN trips USING (trip_id) \
     WHERE stops.announced = 0 AND due_at <= ? ORDER BY due_at LIMIT ?";

pub(super) async fn waiting(
    pool: &SqlitePool,
    limit: u32,
) -> Result<Vec<WaitingOrder>, sqlx::Error> {
    let rows = sqlx::query_as::<_, OrderRow>(
        "SELECT order_id, corner, traceparent FROM orders WHERE trip_id IS NULL \
         ORDER BY order_id LIMIT ?",
    )
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(WaitingOrder::from).collect())
}

pub(super) async fn count_waiting(pool: &SqlitePool) -> Result<u64, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) FROM orders WHERE trip_id IS NULL")
        .fetch_one(pool)
        .await
}

pub(super) async fn on_the_road(
    pool: &SqlitePool,
    after: OffsetDateTime,
) -> Result<Vec<Trip>, sqlx::Error> {
    // One snapshot: a trip comes with its stops.
    let mut transaction = pool.begin().await?;
    let rows = sqlx::query_as::<_, TripRow>(
        "SELECT trip_id, vehicle, departs_at, returns_at, time_factor, traceparent FROM trips \
         WHERE returns_at > ? ORDER BY departs_at",
    )
    .bind(millis(after))
    .fetch_all(&mut *transaction)
    .await?;
    let mut trips = Vec::with_capacity(rows.len());
    for row in rows {
        let stops = stops(&mut transaction, row.trip_id).await?;
        trips.push(row.with(stops)?);
    }
    Ok(trips)
}

/// One trip with its stops.
pub(super) async fn trip(
    connection: &mut SqliteConnection,
    id: Uuid,
) -> Result<Option<Trip>, sqlx::Error> {
    let row = sqlx::query_as::<_, TripRow>(
        "SELECT trip_id, vehicle, departs_at, returns_at, time_factor, traceparent FROM trips \
         WHERE trip_id = ?",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    match row {
        Some(row) => Ok(Some(row.with(stops(connection, id).await?)?)),
        None => Ok(None),
    }
}

async fn stops(
    connection: &mut SqliteConnection,
    trip: Uuid,
) -> Result<Vec<super::row::StopRow>, sqlx::Error> {
    sqlx::query_as("SELECT corner, due_at FROM stops WHERE trip_id = ? ORDER BY place")
        .bind(trip)
        .fetch_all(connection)
        .await
}

pub(super) async fn due(
    pool: &SqlitePool,
    by: OffsetDateTime,
    limit: u32,
) -> Result<Due, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let mut rows = async |query: &'static str| {
        sqlx::query_as::<_, DueRow>(query)
            .bind(millis(by))
            .bind(limit)
            .fetch_all(&mut *transaction)
            .await
    };
    let departures = rows(DEPARTURES).await?;
    let deliveries = rows(DELIVERIES).await?;
    Ok(Due {
        departures: departures
            .into_iter()
            .map(Departure::try_from)
            .collect::<Result<_, _>>()?,
        deliveries: deliveries
            .into_iter()
            .map(Delivery::try_from)
            .collect::<Result<_, _>>()?,
    })
}
