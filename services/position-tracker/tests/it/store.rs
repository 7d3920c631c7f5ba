//! Both stores keep the same promises: one suite, run on each, every case on a database of its own.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use chassis::config::DatabaseConfig;
use chassis::faults::Faults;
use company_tests::postgres::Postgres;
use position_tracker::store::{self, Store};
use prometheus_client::registry::Registry;
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::app;

mod batches;
mod postgres;
mod pruning;
mod reading;

/// A store over an empty database.
struct Fixture {
    store: Arc<dyn Store>,
    config: DatabaseConfig,
    /// Kept as long as its files are used.
    folder: TempDir,
}

impl Fixture {
    async fn sqlite() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = app::config(&folder, &[])?.database;
        Self::open(config, folder).await
    }

    async fn postgres(url: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut config = app::config(&folder, &[])?.database;
        config.postgres_url = Some(url.to_owned().into());
        Self::open(config, folder).await
    }

    async fn open(config: DatabaseConfig, folder: TempDir) -> Result<Self> {
        let store = open(&config).await?;
        Ok(Self {
            store,
            config,
            folder,
        })
    }

    /// A second store over the same database, as after a restart or in another copy.
    async fn another(&self) -> Result<Arc<dyn Store>> {
        open(&self.config).await
    }

    /// How long the database's file is, in pages; none where that is the server's matter.
    async fn pages(&self) -> Result<Option<i64>> {
        let file = self.folder.path().join("positions.sqlite");
        if !file.exists() {
            return Ok(None);
        }
        let url = format!("sqlite://{}", file.display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await?;
        let pages = sqlx::query_scalar("PRAGMA page_count")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(Some(pages))
    }
}

async fn open(config: &DatabaseConfig) -> Result<Arc<dyn Store>> {
    Ok(store::open(config, &mut Registry::default(), &Faults::off()).await?)
}

/// Runs a case on a fixture; an error says which case it was.
macro_rules! conformance {
    ($($module:ident :: $case:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $case() -> anyhow::Result<()> {
                    super::$module::$case(super::Fixture::sqlite().await?).await
                }
            )*
        }

        /// One server for all cases, since making one takes seconds.
        #[tokio::test]
        async fn postgres_conforms() -> Result<()> {
            let mut server = Postgres::start().await?;
            $(
                let url = server.database(stringify!($case)).await?;
                $module::$case(Fixture::postgres(&url).await?)
                    .await
                    .context(stringify!($case))?;
            )*
            server.stop().await
        }
    };
}

conformance! {
    batches::batches_of_any_size_are_stored_whole,
    batches::a_position_is_stored_once,
    batches::of_two_at_one_moment_the_first_is_stored,
    batches::the_newest_is_the_newest_whatever_comes_last,
    batches::a_batch_that_is_given_up_is_stored_whole_or_not_at_all,
    batches::what_was_stored_is_there_after_a_restart,
    reading::a_position_is_read_as_it_was_written,
    reading::pages_go_on_where_the_last_one_ended,
    reading::a_vehicle_that_is_not_known_has_no_history,
    pruning::only_the_newest_so_many_are_kept,
    pruning::what_is_older_goes_a_few_at_a_time,
    pruning::nothing_goes_where_nothing_is_too_old,
    pruning::a_vehicle_without_history_is_forgotten,
    pruning::a_database_does_not_grow_for_ever,
}

/// Helpers that all cases use.
mod given {
    use contracts::Position;
    use position_tracker::sighting::Sighting;
    use time::macros::datetime;
    use time::{Duration, OffsetDateTime};

    pub(super) const BEGIN: OffsetDateTime = datetime!(2026-01-31 12:00 UTC);

    /// So many seconds after the beginning, somewhere else each second.
    pub(super) fn seen(vehicle: &str, second: i64) -> Sighting<'_> {
        Sighting {
            vehicle,
            position: Position {
                x: second as f64 / 7.0,
                y: -1.0 / 3.0,
                heading: 359.999,
                speed: 0.0,
                trip_id: None,
                at: BEGIN + Duration::seconds(second),
            },
        }
    }

    pub(super) fn drive(vehicle: &str, seconds: std::ops::Range<i64>) -> Vec<Sighting<'_>> {
        seconds.map(|second| seen(vehicle, second)).collect()
    }

    /// The seconds of positions.
    pub(super) fn seconds(positions: &[Position]) -> Vec<i64> {
        positions
            .iter()
            .map(|position| (position.at - BEGIN).whole_seconds())
            .collect()
    }
}

/// All that is known of a vehicle's history.
async fn history(store: &dyn Store, vehicle: &str) -> Result<Vec<contracts::Position>> {
    let page = store::Page {
        vehicle,
        since: time::OffsetDateTime::UNIX_EPOCH,
        limit: 1_000_000,
    };
    Ok(store.history(page).await?)
}
