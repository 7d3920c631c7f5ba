//! Rows of the Postgres database, and back.

use contracts::{Order, OrderStatus};
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::events::Pending;
use crate::store::error::unreadable;
use crate::store::progress::Known;

/// A query for orders from `$from`, with `$more` columns before an order's.
macro_rules! select {
    ($from:literal) => {
        select!($from, "")
    };
    ($from:literal, $more:literal) => {
        concat!(
            "SELECT ",
            $more,
            "id, status, customer, address, items::text, total_cents, sticker::text, \
             vehicle, placed_at, updated_at FROM ",
            $from
        )
    };
}

pub(super) use select;

#[derive(Debug, FromRow)]
pub(super) struct OrderRow {
    id: Uuid,
    status: String,
    customer: String,
    address: String,
    items: String,
    total_cents: i64,
    sticker: Option<String>,
    vehicle: Option<String>,
    placed_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<OrderRow> for Order {
    type Error = sqlx::Error;

    fn try_from(row: OrderRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.id,
            status: status(&row.status)?,
            customer: row.customer,
            address: row.address,
            items: serde_json::from_str(&row.items).map_err(unreadable)?,
            total_cents: row.total_cents.try_into().map_err(unreadable)?,
            sticker: row
                .sticker
                .map(|json| serde_json::from_str(&json))
                .transpose()
                .map_err(unreadable)?,
            vehicle: row.vehicle,
            placed_at: row.placed_at,
            updated_at: row.updated_at,
        })
    }
}

/// An order's state, for steps.
#[derive(Debug, FromRow)]
pub(super) struct KnownRow {
    id: Uuid,
    status: String,
    placed_at: OffsetDateTime,
}

impl TryFrom<KnownRow> for Known {
    type Error = sqlx::Error;

    fn try_from(row: KnownRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.id,
            status: status(&row.status)?,
            placed_at: row.placed_at,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct PendingRow {
    sequence: i64,
    traceparent: Option<String>,
    #[sqlx(flatten)]
    order: OrderRow,
}

impl TryFrom<PendingRow> for Pending {
    type Error = sqlx::Error;

    fn try_from(row: PendingRow) -> Result<Self, sqlx::Error> {
        let order = Order::try_from(row.order)?;
        Ok(Self {
            sequence: row.sequence,
            withdrawn: order.status == OrderStatus::Cancelled,
            event: order.into(),
            traceparent: row.traceparent,
        })
    }
}

fn status(word: &str) -> Result<OrderStatus, sqlx::Error> {
    OrderStatus::from_word(word).ok_or_else(|| unreadable(format!("status {word}")))
}
