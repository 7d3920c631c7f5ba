//! Databases: pools that open with a bounded wait, and one way to run an operation, so that each
//! is measured, traced, and can be broken.

use std::future::Future;
use std::path::Path;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use prometheus_client::registry::Registry;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tracing::{Instrument as _, Span};

use crate::config::DatabaseConfig;
use crate::error::BootError;
use crate::faults::Faults;
use crate::telemetry::traces;

mod metrics;
mod pen;

pub use pen::{Hand, Held, Pen};

use metrics::{Connections, Operations};

/// How long a request may wait for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a writer of another process may hold the `SQLite` file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Readers of one `SQLite` file. More only cost memory: they answer from the page cache.
const MOST_SQLITE_READERS: u32 = 4;

/// What a reading connection keeps in memory of its file, KiB. The system's own page cache is shared
/// by all of them; `SQLite` would keep 2 MiB for each.
const READER_CACHE: &str = "-256";

/// Runs database operations: measured, traced, and struck by faults. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    system: &'static str,
    operations: Operations,
    faults: Faults,
}

/// One `SQLite` file: its only writer, and its readers.
#[derive(Clone, Debug)]
pub struct Sqlite {
    /// One connection: `SQLite` has one writer at a time anyway, and waiting here is fair.
    pub writer: SqlitePool,
    /// Read-only connections.
    pub readers: SqlitePool,
}

impl Database {
    /// Registers `db_client_operation_duration_seconds` for the operations that can occur.
    fn new(
        system: &'static str,
        operations: &[&'static str],
        registry: &mut Registry,
        faults: Faults,
    ) -> Self {
        Self {
            system,
            operations: Operations::register(registry, system, operations),
            faults,
        }
    }

    /// Runs one operation. `name` is one of those that were registered, such as `insert_orders`.
    ///
    /// # Errors
    /// The operation's own, or a broken connection where a fault says so.
    pub async fn run<T>(
        &self,
        name: &'static str,
        operation: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let span = if traces::is_recorded() {
            self.span(name)
        } else {
            Span::none()
        };
        let running = Running {
            name,
            operations: &self.operations,
            start: Instant::now(),
            ended: false,
        };
        let result = async {
            if self.faults.strikes_database().await {
                // What a client sees when its server goes away.
                return Err(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()));
            }
            operation.await
        }
        .instrument(span.clone())
        .await;
        if result.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        running.end(result.is_err());
        result
    }

    fn span(&self, name: &'static str) -> Span {
        tracing::info_span!(
            target: "chassis::db",
            "db",
            otel.name = name,
            otel.kind = "client",
            otel.status_code = tracing::field::Empty,
            db.system.name = self.system,
            db.operation.name = name,
        )
    }
}

/// An operation that is running. Dropped before its end, by a time limit or by a client that left,
/// it has failed: otherwise a database that hangs would be missing from its own metrics.
struct Running<'a> {
    name: &'static str,
    operations: &'a Operations,
    start: Instant,
    ended: bool,
}

impl Running<'_> {
    fn end(mut self, failed: bool) {
        self.ended = true;
        self.record(failed);
    }

    fn record(&self, failed: bool) {
        self.operations
            .record(self.name, failed, self.start.elapsed().as_secs_f64());
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.record(true);
        }
    }
}

/// Opens the `SQLite` file `name` in the data folder, durable at each commit.
///
/// # Errors
/// When the folder cannot be made or the file is no usable database.
pub async fn sqlite(
    config: &DatabaseConfig,
    name: &str,
    operations: &[&'static str],
    registry: &mut Registry,
    faults: &Faults,
) -> Result<(Database, Sqlite), BootError> {
    make_folder(&config.data_dir)?;
    let file = config.data_dir.join(name);
    let unusable = |error: sqlx::Error| BootError::Database(format!("{}: {error}", file.display()));
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit is on the disk before it is answered.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A file does not hang up: asking first is a needless turn around.
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await
        .map_err(unusable)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(config.database_connections.min(MOST_SQLITE_READERS))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .connect_with(
            options
                .read_only(true)
                .pragma("query_only", "on")
                .pragma("cache_size", READER_CACHE),
        )
        .await
        .map_err(unusable)?;
    Connections::register(registry, readers.clone());
    know(faults, readers.clone());
    let database = Database::new("sqlite", operations, registry, faults.clone());
    Ok((database, Sqlite { writer, readers }))
}

/// Opens a pool of connections to Postgres, waiting for the server at most as long as configured.
///
/// # Errors
/// When the URL is wrong, or the server did not answer in time.
pub async fn postgres(
    config: &DatabaseConfig,
    url: &SecretString,
    operations: &[&'static str],
    registry: &mut Registry,
    faults: &Faults,
) -> Result<(Database, PgPool), BootError> {
    let options = PgConnectOptions::from_str(url.expose_secret()).map_err(|_| {
        // The library's text could quote the URL, and so the password.
        BootError::Config {
            key: "POSTGRES_URL",
            problem: "is not a Postgres URL, such as postgres://user:password@host/name".into(),
        }
    })?;
    let options = match &config.postgres_schema {
        Some(schema) => options.options([("search_path", schema.as_str())]),
        None => options,
    };
    let pool = PgPoolOptions::new()
        .max_connections(config.database_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options);
    wait_for(&pool, config.database_start_timeout).await?;
    if let Some(schema) = &config.postgres_schema {
        make_schema(&pool, schema).await?;
    }
    Connections::register(registry, pool.clone());
    know(faults, pool.clone());
    let database = Database::new("postgresql", operations, registry, faults.clone());
    Ok((database, pool))
}

/// `name` is one that [`DatabaseConfig::postgres_schema`] takes: it needs no quotes.
async fn make_schema(pool: &PgPool, name: &str) -> Result<(), BootError> {
    let statement = sqlx::AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {name}"));
    match sqlx::query(statement).execute(pool).await {
        Ok(_) => Ok(()),
        // Two that start at once, and both found none: the other one has made it.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(()),
        Err(error) => Err(BootError::Database(format!("schema {name}: {error}"))),
    }
}

async fn wait_for(pool: &PgPool, limit: Duration) -> Result<(), BootError> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(100);
    loop {
        match pool.acquire().await {
            Ok(_) => return Ok(()),
            Err(error) if start.elapsed() + pause >= limit => {
                return Err(BootError::Database(format!(
                    "Postgres did not answer within {} s: {error}",
                    limit.as_secs()
                )));
            }
            Err(error) => {
                tracing::warn!(%error, "waiting for Postgres");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(2));
            }
        }
    }
}

fn know<D: sqlx::Database>(faults: &Faults, pool: sqlx::Pool<D>) {
    faults.know_pool(move || {
        let pool = pool.clone();
        async move { Some(Box::new(pool.acquire().await.ok()?) as Box<_>) }
    });
}

/// Makes the data folder, and tries whether it can be written to.
///
/// # Errors
/// A configuration error that names the folder.
pub fn make_folder(folder: &Path) -> Result<(), BootError> {
    let unusable = |error: std::io::Error| BootError::Config {
        key: "DATA_DIR",
        problem: format!("{} cannot be written to: {error}", folder.display()),
    };
    std::fs::create_dir_all(folder).map_err(unusable)?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    std::fs::write(&probe, b"").map_err(unusable)?;
    std::fs::remove_file(&probe).map_err(unusable)
}
