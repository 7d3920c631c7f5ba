//! Where orders and trips are kept: one trait, and a room for each database. Both pass the same
//! tests.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::faults::Faults;
use prometheus_client::registry::Registry;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::trip::{Loaded, Trip, WaitingOrder};

pub mod error;
pub mod postgres;
pub mod sqlite;

pub use error::StoreError;

/// The operations, as `db_client_operation_duration_seconds` names them.
pub const OPERATIONS: [&str; 8] = [
    operation::ACCEPT,
    operation::WAITING,
    operation::COUNT,
    operation::DEPART,
    operation::ON_THE_ROAD,
    operation::DUE,
    operation::ANNOUNCED,
    operation::FORGET,
];

mod operation {
    pub(super) const ACCEPT: &str = "accept_orders";
    pub(super) const WAITING: &str = "read_waiting_orders";
    pub(super) const COUNT: &str = "count_waiting_orders";
    pub(super) const DEPART: &str = "store_trip";
    pub(super) const ON_THE_ROAD: &str = "read_trips";
    pub(super) const DUE: &str = "read_announcements";
    pub(super) const ANNOUNCED: &str = "mark_announcements";
    pub(super) const FORGET: &str = "forget_trips";
}

/// What the company is to be told: what has happened by a moment, and the queue has not confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Trips that have begun.
    pub departures: Vec<Departure>,
    /// Stops that are over.
    pub deliveries: Vec<Delivery>,
}

/// A trip that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The trip.
    pub trip_id: Uuid,
    /// The van's name.
    pub vehicle: String,
    /// When it left.
    pub at: OffsetDateTime,
    /// The W3C `traceparent` of the trip's span, where it is sampled.
    pub traceparent: Option<String>,
    /// All orders of the trip.
    pub order_ids: Vec<Uuid>,
}

/// A stop that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The trip.
    pub trip_id: Uuid,
    /// The stop's place in the trip's list of stops.
    pub place: usize,
    /// The van's name.
    pub vehicle: String,
    /// When the orders were handed over.
    pub at: OffsetDateTime,
    /// The W3C `traceparent` of the trip's span, where it is sampled.
    pub traceparent: Option<String>,
    /// The orders of the stop.
    pub order_ids: Vec<Uuid>,
}

/// Keeps orders and trips. What it has said to have written survives the loss of power.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Keeps orders for the next van, but for those that are known: waiting, on the road or
    /// delivered. Returns how many are new.
    async fn accept(&self, orders: &[WaitingOrder]) -> Result<u64, StoreError>;

    /// Orders that wait for a van, the oldest first, at most so many.
    async fn waiting(&self, limit: u32) -> Result<Vec<WaitingOrder>, StoreError>;

    /// How many orders wait for a van.
    async fn count_waiting(&self) -> Result<u64, StoreError>;

    /// Stores a trip and puts its orders on it, in one transaction. Returns the trip as it is
    /// stored: should it be stored already, by an attempt whose end was not seen, then as it was
    /// planned then. None if the van is gone or one of the orders is: then nothing is stored.
    async fn depart(&self, loaded: &Loaded) -> Result<Option<Trip>, StoreError>;

    /// The trips whose vans are not back before a moment.
    async fn on_the_road(&self, after: OffsetDateTime) -> Result<Vec<Trip>, StoreError>;

    /// What is to be told by a moment, the oldest first, at most so many of each.
    async fn due(&self, by: OffsetDateTime, limit: u32) -> Result<Due, StoreError>;

    /// Remembers that the queue has confirmed these. Once more does no harm.
    async fn announced(&self, due: &Due) -> Result<(), StoreError>;

    /// Forgets trips that were over before a moment and wholly told, with their orders, at most so
    /// many. Returns how many.
    async fn forget(&self, before: OffsetDateTime, most: u32) -> Result<u64, StoreError>;
}

/// Opens the configured database and brings its tables up to date.
///
/// # Errors
/// When it is not configured well, does not answer in time, or cannot be migrated.
pub async fn open(
    config: &DatabaseConfig,
    registry: &mut Registry,
    faults: &Faults,
) -> Result<Arc<dyn Store>, BootError> {
    Ok(match config.postgres_url()? {
        Some(url) => Arc::new(postgres::Postgres::open(config, &url, registry, faults).await?),
        None => Arc::new(sqlite::Sqlite::open(config, registry, faults).await?),
    })
}

/// Why the tables could not be brought up to date, for the person who starts the service.
fn not_migrated(error: &sqlx::migrate::MigrateError) -> BootError {
    BootError::Database(format!("cannot bring its tables up to date: {error}"))
}
