//! Storing a batch: one transaction, and few statements. Values are bound and not sent as JSON,
//! because `SQLite` does not read every number back as it was written.

use std::sync::{Arc, OnceLock};

use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Sqlite, SqlitePool};

use super::row::micros;
use crate::sighting::Sighting;
use crate::store::{inserted, newest_of};

/// Rows that one statement may have, as powers of two: each number of rows is made of few
/// statements, and each statement is prepared once.
const SIZES: usize = 8;

type Texts = [OnceLock<Arc<str>>; SIZES];
type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;
type RowQuery = sqlx::query::QueryAs<'static, Sqlite, (String, i64), SqliteArguments>;

/// The newest of each vehicle comes first, so that positions have a vehicle to refer to.
pub(super) async fn store(
    writer: &SqlitePool,
    sightings: &[Sighting<'_>],
) -> Result<Vec<bool>, sqlx::Error> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    for chunk in chunks(&newest_of(sightings)) {
        note_newest(&mut transaction, chunk).await?;
    }
    let mut rows = Vec::with_capacity(sightings.len());
    for chunk in chunks(sightings) {
        rows.append(&mut insert(&mut transaction, chunk).await?);
    }
    transaction.commit().await?;
    Ok(inserted(sightings, &rows, micros))
}

/// Parts whose lengths are powers of two, the longest first.
fn chunks<'a, 'b>(mut rest: &'a [Sighting<'b>]) -> impl Iterator<Item = &'a [Sighting<'b>]> {
    std::iter::from_fn(move || {
        let exponent = rest.len().checked_ilog2()? as usize;
        let (chunk, after) = rest.split_at(1 << exponent.min(SIZES - 1));
        rest = after;
        Some(chunk)
    })
}

async fn note_newest(
    connection: &mut SqliteConnection,
    newest: &[Sighting<'_>],
) -> Result<(), sqlx::Error> {
    static TEXTS: Texts = [const { OnceLock::new() }; SIZES];
    let text = text(&TEXTS, newest.len(), |rows| {
        let values = vec!["(?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
        format!(
            "INSERT INTO vehicles (name, at, x, y, heading, speed, trip_id) VALUES {values} \
             ON CONFLICT (name) DO UPDATE SET at = excluded.at, x = excluded.x, y = excluded.y, \
               heading = excluded.heading, speed = excluded.speed, trip_id = excluded.trip_id \
             WHERE excluded.at > vehicles.at"
        )
    });
    let mut query: Query = sqlx::query(text);
    for sighting in newest {
        let position = &sighting.position;
        query = query
            .bind(sighting.vehicle.to_owned())
            .bind(micros(position.at))
            .bind(position.x)
            .bind(position.y)
            .bind(position.heading)
            .bind(position.speed)
            .bind(position.trip_id);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Returns the vehicles and moments of those that were not there.
async fn insert(
    connection: &mut SqliteConnection,
    sightings: &[Sighting<'_>],
) -> Result<Vec<(String, i64)>, sqlx::Error> {
    static TEXTS: Texts = [const { OnceLock::new() }; SIZES];
    let text = text(&TEXTS, sightings.len(), |rows| {
        let row = "((SELECT id FROM vehicles WHERE name = ?), ?, ?, ?, ?, ?, ?)";
        let values = vec![row; rows].join(", ");
        format!(
            "INSERT INTO positions (vehicle_id, at, x, y, heading, speed, trip_id) VALUES {values} \
             ON CONFLICT DO NOTHING \
             RETURNING (SELECT name FROM vehicles WHERE id = vehicle_id), at"
        )
    });
    let mut query: RowQuery = sqlx::query_as(text);
    for sighting in sightings {
        let position = &sighting.position;
        query = query
            .bind(sighting.vehicle.to_owned())
            .bind(micros(position.at))
            .bind(position.x)
            .bind(position.y)
            .bind(position.heading)
            .bind(position.speed)
            .bind(position.trip_id);
    }
    query.fetch_all(connection).await
}

/// The text for so many rows, a power of two. It holds no data, only places for them.
fn text(
    texts: &'static Texts,
    rows: usize,
    make: impl Fn(usize) -> String,
) -> AssertSqlSafe<Arc<str>> {
    let text = texts[rows.ilog2() as usize].get_or_init(|| Arc::from(make(rows)));
    AssertSqlSafe(Arc::clone(text))
}
