//! Rows of the `SQLite` file, and back.

use contracts::{Position, Vehicle};
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::error::unreadable;

#[derive(Debug, FromRow)]
pub(super) struct PositionRow {
    x: f64,
    y: f64,
    heading: f64,
    speed: f64,
    trip_id: Option<Uuid>,
    at: i64,
}

impl TryFrom<PositionRow> for Position {
    type Error = sqlx::Error;

    fn try_from(row: PositionRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            x: row.x,
            y: row.y,
            heading: row.heading,
            speed: row.speed,
            trip_id: row.trip_id,
            at: moment(row.at)?,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct VehicleRow {
    name: String,
    #[sqlx(flatten)]
    position: PositionRow,
}

impl TryFrom<VehicleRow> for Vehicle {
    type Error = sqlx::Error;

    fn try_from(row: VehicleRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: row.name,
            position: row.position.try_into()?,
        })
    }
}

/// Microseconds since the Unix epoch.
pub(super) fn micros(moment: OffsetDateTime) -> i64 {
    moment.unix_timestamp() * 1_000_000 + i64::from(moment.microsecond())
}

fn moment(micros: i64) -> Result<OffsetDateTime, sqlx::Error> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).map_err(unreadable)
}
