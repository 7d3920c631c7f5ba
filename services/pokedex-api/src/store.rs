//! Where Pokémon are kept: one trait, and a room for each database. Both pass the same tests.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::faults::Faults;
use contracts::Pokemon;
use prometheus_client::registry::Registry;

use crate::edition::Edition;
use crate::name::NameKey;

pub mod error;
pub mod postgres;
mod row;
pub mod sqlite;

pub use error::StoreError;

/// The operations, as `db_client_operation_duration_seconds` names them.
pub const OPERATIONS: [&str; 3] = [operation::GET, operation::FIND, operation::LIST];

mod operation {
    pub(super) const GET: &str = "get_pokemon";
    pub(super) const FIND: &str = "find_pokemon";
    pub(super) const LIST: &str = "list_pokemon";
}

/// Some Pokémon, by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only those whose name contains this; none for all.
    pub name: Option<NameKey>,
    /// Only those with a higher number.
    pub after: u16,
    /// At most so many.
    pub limit: u32,
}

impl Page {
    /// What a name must contain. Every text contains the empty one.
    fn part_of_name(&self) -> &str {
        self.name.as_ref().map_or("", NameKey::as_str)
    }
}

/// Knows all Pokémon.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// The one of a national number.
    async fn get(&self, id: u16) -> Result<Option<Pokemon>, StoreError>;

    /// The one of a name.
    async fn find(&self, name: &NameKey) -> Result<Option<Pokemon>, StoreError>;

    /// Some.
    async fn list(&self, page: &Page) -> Result<Vec<Pokemon>, StoreError>;
}

/// Opens the configured database, and brings its tables and what is in them up to date.
///
/// # Errors
/// When it is not configured well, does not answer in time, or cannot be brought up to date.
pub async fn open(
    config: &DatabaseConfig,
    registry: &mut Registry,
    faults: &Faults,
) -> Result<Arc<dyn Store>, BootError> {
    let edition = Edition::built_in().map_err(|error| BootError::Database(error.to_string()))?;
    Ok(match config.postgres_url()? {
        Some(url) => {
            let store = postgres::Postgres::open(config, &url, &edition, registry, faults);
            Arc::new(store.await?)
        }
        None => Arc::new(sqlite::Sqlite::open(config, &edition, registry, faults).await?),
    })
}

/// Why the tables could not be brought up to date, for the person who starts the service.
fn outdated(error: impl fmt::Display) -> BootError {
    BootError::Database(format!("cannot bring its tables up to date: {error}"))
}
