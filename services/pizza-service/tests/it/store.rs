//! Both stores keep the same promises: one suite, run on each, every case on a database of its own.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use chassis::config::DatabaseConfig;
use chassis::faults::Faults;
use company_tests::postgres::Postgres;
use pizza_service::events::Pending;
use pizza_service::store::{self, Store};
use prometheus_client::registry::Registry;
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::app;

mod advancing;
mod backlog;
mod batches;
mod cancelling;
mod keys;
mod outbox;
mod postgres;
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

    /// Changes the database behind the store's back.
    async fn execute(&self, sql: &'static str) -> Result<()> {
        use secrecy::ExposeSecret as _;
        if let Some(url) = &self.config.postgres_url {
            let mut connection = sqlx::PgConnection::connect(url.expose_secret()).await?;
            sqlx::query(sql).execute(&mut connection).await?;
            return Ok(connection.close().await?);
        }
        let url = format!("sqlite://{}/pizza.sqlite", self.folder.path().display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await?;
        sqlx::query(sql).execute(&mut connection).await?;
        Ok(connection.close().await?)
    }
}

/// What waits in the outbox.
async fn outbox(store: &Arc<dyn Store>) -> Result<Vec<Pending>> {
    let taken = store.outbox_take(1000).await?;
    let pending = taken.pending().to_vec();
    taken.give_back().await?;
    Ok(pending)
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
    batches::an_empty_batch_is_nothing,
    batches::a_batch_that_is_given_up_is_stored_whole_or_not_at_all,
    batches::a_refused_row_leaves_nothing_of_its_batch,
    batches::what_was_written_is_there_after_a_restart,
    cancelling::only_a_placed_order_is_cancelled,
    cancelling::an_order_can_be_cancelled_in_the_batch_that_places_it,
    keys::a_key_belongs_to_its_first_order,
    keys::the_first_of_a_batch_gets_the_key,
    keys::old_keys_are_forgotten_a_few_at_a_time,
    advancing::steps_lead_to_the_customer,
    advancing::a_step_that_comes_again_or_late_changes_nothing,
    advancing::hundreds_of_steps_are_one_write,
    advancing::steps_without_an_order_change_nothing,
    advancing::what_was_delivered_stays_delivered_after_a_restart,
    backlog::the_oldest_and_the_number_of_what_waits,
    outbox::events_wait_in_order_until_they_are_done,
    outbox::events_are_taken_a_few_at_a_time,
    outbox::a_cancelled_order_s_event_is_withdrawn,
    outbox::a_sequence_is_never_used_again,
    reading::an_order_is_read_as_it_was_written,
    reading::a_sticker_stays_with_its_order,
    reading::pages_go_back_in_time,
    reading::what_cannot_be_read_is_an_error,
}

/// Helpers that all cases use.
mod given {
    use std::sync::Arc;

    use contracts::{Item, Order, OrderStatus, Pizza, Size};
    use pizza_service::order::{IdempotencyKey, id};
    use pizza_service::store::{Batch, Placement};

    pub(super) fn order(customer: &str) -> Order {
        let (id, placed_at) = id::next();
        Order {
            id,
            status: OrderStatus::Placed,
            customer: customer.to_owned(),
            address: "1 Main Street".to_owned(),
            items: vec![Item {
                pizza: Pizza::QuattroFormaggi,
                size: Size::Large,
                quantity: 3,
                unit_price_cents: 1550,
            }],
            total_cents: 4650,
            sticker: None,
            vehicle: None,
            placed_at,
            updated_at: placed_at,
        }
    }

    pub(super) fn placement(order: &Order, key: Option<&str>) -> Placement {
        Placement {
            order: Arc::new(order.clone()),
            key: key.and_then(|key| IdempotencyKey::parse(key.as_bytes())),
            traceparent: None,
        }
    }

    pub(super) fn placing(orders: &[Order]) -> Batch {
        Batch {
            placements: orders.iter().map(|order| placement(order, None)).collect(),
            cancellations: Vec::new(),
        }
    }
}
