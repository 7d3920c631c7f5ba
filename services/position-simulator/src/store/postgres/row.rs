//! Rows of the Postgres database, and back.

use contracts::town::CornerId;
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::error::unreadable;
use crate::store::{Delivery, Departure};
use crate::trip::{Stop, Trip, WaitingOrder};

#[derive(Debug, FromRow)]
pub(super) struct OrderRow {
    order_id: Uuid,
    corner: i32,
    traceparent: Option<String>,
}

impl TryFrom<OrderRow> for WaitingOrder {
    type Error = sqlx::Error;

    fn try_from(row: OrderRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            order_id: row.order_id,
            corner: corner(row.corner)?,
            traceparent: row.traceparent,
        })
    }
}

/// A trip with its stops as two columns.
#[derive(Debug, FromRow)]
pub(super) struct TripRow {
    trip_id: Uuid,
    vehicle: String,
    departs_at: OffsetDateTime,
    returns_at: OffsetDateTime,
    time_factor: i32,
    traceparent: Option<String>,
    corners: Vec<i32>,
    dues: Vec<OffsetDateTime>,
}

impl TryFrom<TripRow> for Trip {
    type Error = sqlx::Error;

    fn try_from(row: TripRow) -> Result<Self, sqlx::Error> {
        let stops = row.corners.into_iter().zip(row.dues).map(|(at, due_at)| {
            Ok(Stop {
                corner: corner(at)?,
                due_at,
            })
        });
        Ok(Self {
            id: row.trip_id,
            vehicle: row.vehicle,
            departs_at: row.departs_at,
            returns_at: row.returns_at,
            time_factor: row.time_factor.try_into().map_err(unreadable)?,
            traceparent: row.traceparent,
            stops: stops.collect::<Result<_, sqlx::Error>>()?,
        })
    }
}

/// A departure or a delivery: `place` tells which.
#[derive(Debug, FromRow)]
pub(super) struct DueRow {
    trip_id: Uuid,
    place: i32,
    vehicle: String,
    at: OffsetDateTime,
    traceparent: Option<String>,
    order_ids: Vec<Uuid>,
}

impl From<DueRow> for Departure {
    fn from(row: DueRow) -> Self {
        Self {
            trip_id: row.trip_id,
            vehicle: row.vehicle,
            at: row.at,
            traceparent: row.traceparent,
            order_ids: row.order_ids,
        }
    }
}

impl TryFrom<DueRow> for Delivery {
    type Error = sqlx::Error;

    fn try_from(row: DueRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            trip_id: row.trip_id,
            place: row.place.try_into().map_err(unreadable)?,
            vehicle: row.vehicle,
            at: row.at,
            traceparent: row.traceparent,
            order_ids: row.order_ids,
        })
    }
}

fn corner(number: i32) -> Result<CornerId, sqlx::Error> {
    Ok(CornerId(number.try_into().map_err(unreadable)?))
}
