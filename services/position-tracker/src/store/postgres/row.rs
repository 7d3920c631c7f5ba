//! Rows of the Postgres database, and back.

use contracts::{Position, Vehicle};
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Debug, FromRow)]
pub(super) struct PositionRow {
    x: f64,
    y: f64,
    heading: f64,
    speed: f64,
    trip_id: Option<Uuid>,
    at: OffsetDateTime,
}

impl From<PositionRow> for Position {
    fn from(row: PositionRow) -> Self {
        Self {
            x: row.x,
            y: row.y,
            heading: row.heading,
            speed: row.speed,
            trip_id: row.trip_id,
            at: row.at,
        }
    }
}

#[derive(Debug, FromRow)]
pub(super) struct VehicleRow {
    name: String,
    #[sqlx(flatten)]
    position: PositionRow,
}

impl From<VehicleRow> for Vehicle {
    fn from(row: VehicleRow) -> Self {
        Self {
            name: row.name,
            position: row.position.into(),
        }
    }
}
