//! Storing a batch: one transaction of two statements, however many positions it holds.

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::sighting::Sighting;
use crate::store::{inserted, newest_of};

/// The newest of each vehicle comes first, so that positions have a vehicle to refer to.
pub(super) async fn store(
    pool: &PgPool,
    sightings: &[Sighting<'_>],
) -> Result<Vec<bool>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    note_newest(&mut transaction, &newest_of(sightings)).await?;
    let rows = insert(&mut transaction, sightings).await?;
    transaction.commit().await?;
    Ok(inserted(sightings, &rows, |at| at))
}

/// Sightings as columns.
#[derive(Default)]
struct Columns<'a> {
    vehicles: Vec<&'a str>,
    moments: Vec<OffsetDateTime>,
    xs: Vec<f64>,
    ys: Vec<f64>,
    headings: Vec<f64>,
    speeds: Vec<f64>,
    trips: Vec<Option<Uuid>>,
}

impl<'a> Columns<'a> {
    fn of(sightings: &[Sighting<'a>]) -> Self {
        let mut columns = Self::default();
        for sighting in sightings {
            let position = &sighting.position;
            columns.vehicles.push(sighting.vehicle);
            columns.moments.push(position.at);
            columns.xs.push(position.x);
            columns.ys.push(position.y);
            columns.headings.push(position.heading);
            columns.speeds.push(position.speed);
            columns.trips.push(position.trip_id);
        }
        columns
    }
}

async fn note_newest(
    connection: &mut PgConnection,
    newest: &[Sighting<'_>],
) -> Result<(), sqlx::Error> {
    let new = Columns::of(newest);
    // A vehicle that has not moved on is touched all the same: locked, it cannot be forgotten before
    // its positions are there.
    sqlx::query(
        "INSERT INTO vehicles AS known (name, at, x, y, heading, speed, trip_id) \
         SELECT * FROM UNNEST($1::text[], $2::timestamptz[], $3::float8[], $4::float8[], \
           $5::float8[], $6::float8[], $7::uuid[]) \
         ON CONFLICT (name) DO UPDATE SET at = excluded.at, x = excluded.x, y = excluded.y, \
           heading = excluded.heading, speed = excluded.speed, trip_id = excluded.trip_id \
         WHERE excluded.at > known.at",
    )
    .bind(new.vehicles)
    .bind(new.moments)
    .bind(new.xs)
    .bind(new.ys)
    .bind(new.headings)
    .bind(new.speeds)
    .bind(new.trips)
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns the vehicles and moments of those that were not there.
async fn insert(
    connection: &mut PgConnection,
    sightings: &[Sighting<'_>],
) -> Result<Vec<(String, OffsetDateTime)>, sqlx::Error> {
    let new = Columns::of(sightings);
    sqlx::query_as(
        "WITH new AS (\
           SELECT * FROM UNNEST($1::text[], $2::timestamptz[], $3::float8[], $4::float8[], \
             $5::float8[], $6::float8[], $7::uuid[]) WITH ORDINALITY \
             AS new (name, at, x, y, heading, speed, trip_id, place)), \
         stored AS (\
           INSERT INTO positions (vehicle_id, at, x, y, heading, speed, trip_id) \
           SELECT vehicles.id, new.at, new.x, new.y, new.heading, new.speed, new.trip_id \
           FROM new JOIN vehicles USING (name) ORDER BY vehicles.id, new.at, place \
           ON CONFLICT DO NOTHING RETURNING vehicle_id, at) \
         SELECT name, stored.at FROM stored JOIN vehicles ON id = vehicle_id",
    )
    .bind(new.vehicles)
    .bind(new.moments)
    .bind(new.xs)
    .bind(new.ys)
    .bind(new.headings)
    .bind(new.speeds)
    .bind(new.trips)
    .fetch_all(connection)
    .await
}
