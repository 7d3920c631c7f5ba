//! Both stores keep the same promises: one suite, run on each, every case on a database of its own.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use chassis::config::DatabaseConfig;
use chassis::faults::Faults;
use clap::Parser as _;
use company_tests::postgres::Postgres;
use position_simulator::Config;
use position_simulator::store::{self, Store};
use prometheus_client::registry::Registry;
use tempfile::TempDir;

mod announcing;
mod departing;
mod forgetting;
mod given;
mod outages;
mod waiting;

/// A store over an empty database.
struct Fixture {
    store: Arc<dyn Store>,
    config: DatabaseConfig,
    /// Kept as long as its files are used.
    _folder: TempDir,
}

impl Fixture {
    async fn sqlite() -> Result<Self> {
        Self::open(None).await
    }

    async fn postgres(url: &str) -> Result<Self> {
        Self::open(Some(url)).await
    }

    async fn open(url: Option<&str>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data_dir = format!("--data-dir={}", folder.path().display());
        let mut config = Config::try_parse_from(["position-simulator", &data_dir])?.database;
        config.postgres_url = url.map(|url| url.to_owned().into());
        Ok(Self {
            store: open(&config).await?,
            config,
            _folder: folder,
        })
    }

    /// A second store over the same database, as after a restart or in another copy.
    async fn another(&self) -> Result<Arc<dyn Store>> {
        open(&self.config).await
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
    waiting::orders_wait_the_oldest_first,
    waiting::an_order_is_accepted_once,
    waiting::nothing_is_nothing,
    departing::a_trip_takes_its_orders,
    departing::a_trip_that_is_stored_stays_as_it_is,
    departing::a_van_is_on_one_trip_at_a_time,
    departing::an_order_is_on_one_trip,
    departing::of_copies_that_send_the_same_orders_one_does,
    departing::what_was_stored_is_there_after_a_restart,
    announcing::announcements_wait_for_their_moment_and_for_the_queue,
    announcing::announcements_come_a_few_at_a_time,
    forgetting::only_what_is_over_and_told_is_forgotten,
    forgetting::old_trips_are_forgotten_a_few_at_a_time,
}
