//! Both stores keep the same promises: one suite, run on each, every case on a database of its own.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use chassis::config::DatabaseConfig;
use chassis::faults::Faults;
use company_tests::postgres::Postgres;
use pokedex_api::store::{self, Store};
use prometheus_client::registry::Registry;
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::app;

mod loading;
mod postgres;
mod reading;

/// A database, and a store over it.
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

    /// Changes the database behind the store's back.
    async fn execute(&self, sql: &'static str) -> Result<()> {
        use secrecy::ExposeSecret as _;
        if let Some(url) = &self.config.postgres_url {
            let mut connection = sqlx::PgConnection::connect(url.expose_secret()).await?;
            sqlx::query(sql).execute(&mut connection).await?;
            return Ok(connection.close().await?);
        }
        let url = format!("sqlite://{}/pokedex.sqlite", self.folder.path().display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await?;
        sqlx::query(sql).execute(&mut connection).await?;
        Ok(connection.close().await?)
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
    loading::a_start_leaves_what_is_current_alone,
    loading::another_edition_replaces_all_rows,
    reading::one_is_read_by_its_number,
    reading::one_is_found_by_its_name_in_any_spelling,
    reading::pages_go_on_by_number,
    reading::a_filter_takes_every_character_as_it_is,
    reading::what_cannot_be_read_is_an_error,
}
