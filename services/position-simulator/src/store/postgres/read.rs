//! What is read.

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::row::{DueRow, OrderRow, TripRow};
use crate::store::{Delivery, Departure, Due};
use crate::trip::{Trip, WaitingOrder};

/// Trips with their stops, of those for which `$which` is true.
macro_rules! trips {
    ($which:literal) => {
        concat!(
            "SELECT trip_id, vehicle, departs_at, returns_at, time_factor, traceparent, \
               array(SELECT corner FROM stops WHERE stops.trip_id = trips.trip_id \
                 ORDER BY place) AS corners, \
               array(SELECT due_at FROM stops WHERE stops.trip_id = trips.trip_id \
                 ORDER BY place) AS dues \
             FROM trips WHERE ",
            $which,
            " ORDER BY departs_at"
        )
    };
}

const DEPARTURES: &str = "SELECT trip_id, 0 AS place, vehicle, departs_at AS at, traceparent, \
       array(SELECT order_id FROM orders WHERE orders.trip_id = trips.trip_id) AS order_ids \
     FROM trips WHERE NOT announced AND departs_at <= $1 ORDER BY departs_at LIMIT $2";

const DELIVERIES: &str = "SELECT stops.trip_id, stops.place, vehicle, due_at AS at, traceparent, \
       array(SELECT order_id FROM orders WHERE orders.trip_id = stops.trip_id \
         AND orders.place = stops.place) AS order_ids \
     FROM stops JOIN trips USING (trip_id) \
     WHERE NOT stops.announced AND due_at <= $1 ORDER BY due_at LIMIT $2";

pub(super) async fn waiting(pool: &PgPool, limit: u32) -> Result<Vec<WaitingOrder>, sqlx::Error> {
    sqlx::query_as::<_, OrderRow>(
        "SELECT order_id, corner, traceparent FROM orders WHERE trip_id IS NULL \
         ORDER BY order_id LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(pool)
    .await?
    .into_iter()
    .map(WaitingOrder::try_from)
    .collect()
}

pub(super) async fn count_waiting(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM orders WHERE trip_id IS NULL")
        .fetch_one(pool)
        .await?;
    Ok(count.unsigned_abs())
}

pub(super) async fn on_the_road(
    pool: &PgPool,
    after: OffsetDateTime,
) -> Result<Vec<Trip>, sqlx::Error> {
    sqlx::query_as::<_, TripRow>(trips!("returns_at > $1"))
        .bind(after)
        .fetch_all(pool)
        .await?
        .into_iter()
        .map(Trip::try_from)
        .collect()
}

/// One trip with its stops.
pub(super) async fn trip(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<Trip>, sqlx::Error> {
    sqlx::query_as::<_, TripRow>(trips!("trip_id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?
        .map(Trip::try_from)
        .transpose()
}

pub(super) async fn due(pool: &PgPool, by: OffsetDateTime, limit: u32) -> Result<Due, sqlx::Error> {
    let rows = |query: &'static str| {
        sqlx::query_as::<_, DueRow>(query)
            .bind(by)
            .bind(i64::from(limit))
            .fetch_all(pool)
    };
    let departures = rows(DEPARTURES).await?;
    let deliveries = rows(DELIVERIES).await?;
    Ok(Due {
        departures: departures.into_iter().map(Departure::from).collect(),
        deliveries: deliveries
            .into_iter()
            .map(Delivery::try_from)
            .collect::<Result<_, _>>()?,
    })
}
