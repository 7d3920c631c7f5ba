//! Faults that work by themselves, and those that strike a database. `process.rs` has those that
//! show only from outside of the process.

use std::path::Path;
use std::time::{Duration, Instant};

use chassis::config::DatabaseConfig;
use chassis::db::{self, Database, Sqlite};
use chassis::faults::{Fault, Faults, Kind};
use prometheus_client::registry::Registry;

use crate::metrics::sample;
use crate::wait::eventually;

const TTL: Duration = Duration::from_mins(1);

fn strikes(faults: &Faults, kind: Kind) -> u64 {
    let listed = faults.list();
    let of_kind = listed.iter().find(|fault| fault.kind == kind);
    of_kind.map_or(0, |fault| fault.strikes)
}

#[tokio::test]
async fn memory_grows_at_its_rate() {
    let faults = Faults::off();
    let begin = Instant::now();
    let leak = Fault::Memory {
        mib_per_second: 20,
        cap_mib: 10,
    };
    faults.put(leak, TTL);
    eventually("ten MiB are taken", async || {
        (strikes(&faults, Kind::Memory) == 10).then_some(())
    })
    .await;
    assert!(
        begin.elapsed() >= Duration::from_millis(450),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test]
async fn every_kind_is_gone_when_its_time_is_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let company = Company::open(folder.path()).await;
    let ttl = Duration::from_millis(100);
    for fault in [
        Fault::NotReady {},
        Fault::Cpu { threads: 1 },
        Fault::Memory {
            mib_per_second: 10,
            cap_mib: 10,
        },
        Fault::LogFlood {
            lines_per_second: 100,
        },
        Fault::DbError { ratio: 1.0 },
        Fault::DbLatency { delay_ms: 60_000 },
        Fault::DbPool { connections: 4 },
    ] {
        company.faults.put(fault, ttl);
    }
    tokio::time::sleep(ttl).await;
    assert_eq!(company.faults.list(), []);
    assert!(!company.faults.not_ready());
    assert!(company.count("insert").await.is_ok());
    eventually("connections are back", async || {
        (company.metric("db_client_connections{state=\"used\"}") == Some(0.0)).then_some(())
    })
    .await;
}

/// A database with a table, in a folder of its own.
struct Company {
    database: Database,
    sqlite: Sqlite,
    registry: Registry,
    faults: Faults,
}

impl Company {
    async fn open(folder: &Path) -> Self {
        let config = DatabaseConfig {
            postgres_url: None,
            postgres_url_file: None,
            postgres_schema: None,
            data_dir: folder.to_owned(),
            database_connections: 4,
            database_start_timeout: Duration::from_secs(1),
        };
        let faults = Faults::off();
        let mut registry = Registry::default();
        let opened = db::sqlite(
            &config,
            "t.db",
            &["insert", "count"],
            &mut registry,
            &faults,
        );
        let (database, sqlite) = opened.await.expect("a database");
        sqlx::query("CREATE TABLE t (n INTEGER NOT NULL)")
            .execute(&sqlite.writer)
            .await
            .expect("a table");
        Self {
            database,
            sqlite,
            registry,
            faults,
        }
    }

    async fn count(&self, operation: &'static str) -> Result<i64, sqlx::Error> {
        let query = sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(&self.sqlite.readers);
        self.database.run(operation, query).await
    }

    fn metric(&self, wanted: &str) -> Option<f64> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).expect("encodes");
        sample(&text, wanted)
    }
}

fn operations(name: &str, error: &str) -> String {
    format!(
        "db_client_operation_duration_seconds_count{{db_system_name=\"sqlite\",\
         db_operation_name=\"{name}\",error_type=\"{error}\"}}"
    )
}

#[tokio::test]
async fn database_operations_exist_at_zero_and_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let company = Company::open(folder.path()).await;
    for name in ["insert", "count"] {
        assert_eq!(company.metric(&operations(name, "")), Some(0.0));
        assert_eq!(company.metric(&operations(name, "failed")), Some(0.0));
    }
    assert_eq!(company.count("count").await.expect("a count"), 0);
    assert_eq!(company.metric(&operations("count", "")), Some(1.0));
    assert_eq!(company.metric("db_client_connections_max"), Some(4.0));
    let write = sqlx::query("INSERT INTO t VALUES (1)").execute(&company.sqlite.readers);
    company
        .database
        .run("insert", write)
        .await
        .expect_err("readers only read");
    assert_eq!(company.metric(&operations("insert", "failed")), Some(1.0));
}

#[tokio::test]
async fn a_database_error_looks_like_a_server_that_went_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let company = Company::open(folder.path()).await;
    company.faults.put(Fault::DbError { ratio: 1.0 }, TTL);
    for _ in 0..3 {
        let error = company.count("count").await.expect_err("is broken");
        assert!(matches!(error, sqlx::Error::Io(_)), "{error}");
    }
    assert_eq!(company.metric(&operations("count", "failed")), Some(3.0));
    assert_eq!(strikes(&company.faults, Kind::DbError), 3);
    company.faults.take_back(None);
    assert!(company.count("count").await.is_ok());
}

#[tokio::test]
async fn a_slow_database_is_slow_and_shows_in_its_metric() {
    let folder = tempfile::tempdir().expect("a folder");
    let company = Company::open(folder.path()).await;
    company.faults.put(Fault::DbLatency { delay_ms: 120 }, TTL);
    let begin = Instant::now();
    assert!(company.count("count").await.is_ok());
    assert!(begin.elapsed() >= Duration::from_millis(120));
    let bucket = operations("count", "")
        .replace("_count", "_bucket")
        .replace('}', ",le=\"0.1\"}");
    assert_eq!(company.metric(&bucket), Some(0.0));
    assert_eq!(company.metric(&operations("count", "")), Some(1.0));
    assert_eq!(strikes(&company.faults, Kind::DbLatency), 1);
}

#[tokio::test]
async fn held_connections_exhaust_the_pool_until_the_fault_is_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let company = Company::open(folder.path()).await;
    company.faults.put(Fault::DbPool { connections: 4 }, TTL);
    eventually("four connections are held", async || {
        (strikes(&company.faults, Kind::DbPool) == 4).then_some(())
    })
    .await;
    assert_eq!(
        company.metric("db_client_connections{state=\"used\"}"),
        Some(4.0)
    );
    assert_eq!(
        company.metric("db_client_connections{state=\"idle\"}"),
        Some(0.0)
    );
    let error = company
        .count("count")
        .await
        .expect_err("no connection is left");
    assert!(matches!(error, sqlx::Error::PoolTimedOut), "{error}");

    company.faults.take_back(None);
    eventually("the pool is whole again", async || {
        (company.metric("db_client_connections{state=\"used\"}") == Some(0.0)).then_some(())
    })
    .await;
    assert!(company.count("count").await.is_ok());
}

#[tokio::test]
async fn an_operation_that_is_given_up_has_failed() {
    let folder = tempfile::tempdir().expect("a folder");
    let company = Company::open(folder.path()).await;
    company
        .faults
        .put(Fault::DbLatency { delay_ms: 60_000 }, TTL);
    let given_up = tokio::time::timeout(Duration::from_millis(20), company.count("count"));
    given_up.await.expect_err("is slow");
    assert_eq!(company.metric(&operations("count", "failed")), Some(1.0));
}
