//! Rows of the `SQLite` file, and back.

use contracts::town::CornerId;
use serde::Serialize;
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::error::unreadable;
use crate::store::{Delivery, Departure};
use crate::trip::{Stop, Trip, WaitingOrder};

/// An order as a statement reads it from JSON.
#[derive(Serialize)]
pub(super) struct NewOrderRow<'a> {
    #[serde(with = "uuid::serde::simple")]
    pub(super) id: Uuid,
    pub(super) corner: u16,
    pub(super) traceparent: Option<&'a str>,
}

/// A stop as a statement reads it from JSON.
#[derive(Serialize)]
pub(super) struct NewStopRow {
    pub(super) corner: u16,
    pub(super) due_at: i64,
}

/// A place of a trip, for an order or an announcement, as a statement reads it from JSON.
#[derive(Serialize)]
pub(super) struct PlaceRow {
    #[serde(with = "uuid::serde::simple")]
    pub(super) id: Uuid,
    pub(super) place: usize,
}

#[derive(Debug, FromRow)]
pub(super) struct OrderRow {
    order_id: Uuid,
    corner: u16,
    traceparent: Option<String>,
}

impl From<OrderRow> for WaitingOrder {
    fn from(row: OrderRow) -> Self {
        Self {
            order_id: row.order_id,
            corner: CornerId(row.corner),
            traceparent: row.traceparent,
        }
    }
}

#[derive(Debug, FromRow)]
pub(super) struct TripRow {
    pub(super) trip_id: Uuid,
    vehicle: String,
    departs_at: i64,
    returns_at: i64,
    time_factor: u32,
    traceparent: Option<String>,
}

#[derive(Debug, FromRow)]
pub(super) struct StopRow {
    corner: u16,
    due_at: i64,
}

impl TripRow {
    pub(super) fn with(self, stops: Vec<StopRow>) -> Result<Trip, sqlx::Error> {
        let stop = |row: StopRow| {
            Ok(Stop {
                corner: CornerId(row.corner),
                due_at: moment(row.due_at)?,
            })
        };
        Ok(Trip {
            id: self.trip_id,
            vehicle: self.vehicle,
            departs_at: moment(self.departs_at)?,
            returns_at: moment(self.returns_at)?,
            time_factor: self.time_factor,
            traceparent: self.traceparent,
            stops: stops
                .into_iter()
                .map(stop)
                .collect::<Result<_, sqlx::Error>>()?,
        })
    }
}

/// A departure or a delivery: `place` tells which.
#[derive(Debug, FromRow)]
pub(super) struct DueRow {
    trip_id: Uuid,
    place: i64,
    vehicle: String,
    at: i64,
    traceparent: Option<String>,
    order_ids: String,
}

impl TryFrom<DueRow> for Departure {
    type Error = sqlx::Error;

    fn try_from(row: DueRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            trip_id: row.trip_id,
            vehicle: row.vehicle,
            at: moment(row.at)?,
            traceparent: row.traceparent,
            order_ids: ids(&row.order_ids)?,
        })
    }
}

impl TryFrom<DueRow> for Delivery {
    type Error = sqlx::Error;

    fn try_from(row: DueRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            trip_id: row.trip_id,
            place: row.place.try_into().map_err(unreadable)?,
            vehicle: row.vehicle,
            at: moment(row.at)?,
            traceparent: row.traceparent,
            order_ids: ids(&row.order_ids)?,
        })
    }
}

/// Hexadecimal ids with commas between them.
fn ids(list: &str) -> Result<Vec<Uuid>, sqlx::Error> {
    let ids = list.split(',').filter(|id| !id.is_empty());
    ids.map(|id| Uuid::try_parse(id).map_err(unreadable))
        .collect()
}

/// Milliseconds since the Unix epoch.
pub(super) fn millis(moment: OffsetDateTime) -> i64 {
    moment.unix_timestamp() * 1000 + i64::from(moment.millisecond())
}

fn moment(millis: i64) -> Result<OffsetDateTime, sqlx::Error> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).map_err(unreadable)
}
