//! Where orders are kept: one trait, and a room for each database. Both pass the same tests.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::faults::Faults;
use contracts::{Order, OrderStatus};
use prometheus_client::registry::Registry;
use time::OffsetDateTime;
use uuid::Uuid;

pub mod backlog;
pub mod batch;
pub mod error;
pub mod outbox;
pub mod postgres;
pub mod progress;
pub mod sqlite;
pub mod writer;

pub use backlog::{Counts, Oldest};
pub use batch::{Batch, Cancellation, Cancelled, Inserted, Placement, Written};
pub use error::StoreError;
pub use outbox::Taken;
pub use progress::{Advanced, Step};
pub use writer::Writer;

/// The operations, as `db_client_operation_duration_seconds` names them.
pub const OPERATIONS: [&str; 9] = [
    operation::WRITE,
    operation::ADVANCE,
    operation::GET,
    operation::LIST,
    operation::PRUNE,
    operation::READ_OUTBOX,
    operation::ACKNOWLEDGE,
    operation::OLDEST,
    operation::COUNT,
];

mod operation {
    pub(super) const WRITE: &str = "write_orders";
    pub(super) const ADVANCE: &str = "advance_orders";
    pub(super) const GET: &str = "get_order";
    pub(super) const LIST: &str = "list_orders";
    pub(super) const PRUNE: &str = "prune_keys";
    pub(super) const READ_OUTBOX: &str = "read_outbox";
    pub(super) const ACKNOWLEDGE: &str = "acknowledge_outbox";
    pub(super) const OLDEST: &str = "oldest_waiting";
    pub(super) const COUNT: &str = "count_waiting";
}

/// Some orders, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only orders in this status; none for all.
    pub status: Option<OrderStatus>,
    /// Only orders older than this one.
    pub before: Uuid,
    /// At most so many.
    pub limit: u32,
}

/// Keeps orders. What it has said to have written survives the loss of power.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Writes a batch in one transaction: all of it, or nothing with an error.
    async fn write(&self, batch: &Batch) -> Result<Written, StoreError>;

    /// Lets orders take steps, in one transaction. Returns what came of each step, in their order;
    /// a step that comes again, late, or for an order that is not there changes nothing.
    async fn advance(&self, steps: &[Step]) -> Result<Vec<Advanced>, StoreError>;

    /// One order.
    async fn get(&self, id: Uuid) -> Result<Option<Order>, StoreError>;

    /// Orders, as fast for the last page as for the first.
    async fn list(&self, page: Page) -> Result<Vec<Order>, StoreError>;

    /// Forgets idempotency keys from before a moment, at most so many. Returns how many.
    async fn prune_keys(&self, before: OffsetDateTime, most: u32) -> Result<u64, StoreError>;

    /// Takes the events that wait for the queue, the oldest first, at most so many. Events that
    /// another copy of this service has taken are passed by, where copies can share the database.
    /// There is no cursor: of two transactions at once the lower sequence may become visible last,
    /// and a cursor would have passed it.
    async fn outbox_take(&self, limit: u32) -> Result<Box<dyn Taken>, StoreError>;

    /// The oldest of what waits.
    async fn oldest(&self) -> Result<Oldest, StoreError>;

    /// Counts what waits. Not for every second where that is much.
    async fn counts(&self) -> Result<Counts, StoreError>;
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
