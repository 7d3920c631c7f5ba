//! A service that shows its telemetry: what the tests of whole processes start.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use chassis::config::{DatabaseConfig, FaultsConfig, HttpConfig, TelemetryConfig};
use chassis::db::{self, Database, Sqlite};
use chassis::faults::Faults;
use chassis::http::observe::Observer;
use chassis::http::{Declared, HttpMetrics, Server, Stack};
use chassis::problem::extract::Query;
use chassis::telemetry::{Readiness, Telemetry, TelemetryPort};
use chassis::{BootError, Problem, Stop};
use clap::Parser;
use serde::Deserialize;
use utoipa::OpenApi;

#[derive(Debug, Parser)]
struct Config {
    #[arg(long, default_value = "127.0.0.1:0")]
    address: SocketAddr,
    #[arg(long, default_value = "127.0.0.1:0")]
    telemetry_address: SocketAddr,
    #[command(flatten)]
    telemetry: TelemetryConfig,
    #[command(flatten)]
    http: HttpConfig,
    #[command(flatten)]
    faults: FaultsConfig,
    #[command(flatten)]
    database: DatabaseConfig,
}

#[derive(OpenApi)]
#[openapi(paths(hello, rows, say, panics, sleep))]
struct Api;

#[derive(Deserialize)]
struct Say {
    text: String,
}

/// Answers.
#[utoipa::path(get, path = "/hello", responses((status = 200)))]
async fn hello() -> &'static str {
    "hello"
}

/// Asks the database.
#[utoipa::path(get, path = "/rows", responses((status = 200)))]
async fn rows(database: &Database, sqlite: &Sqlite) -> Result<String, Problem> {
    let count = sqlx::query_scalar::<_, i64>("SELECT 1").fetch_one(&sqlite.readers);
    let count = database.run("count", count).await;
    count
        .map(|count| count.to_string())
        .map_err(|error| Problem::unavailable("database_unavailable", error))
}

/// Logs what it is told, at each level.
#[utoipa::path(get, path = "/say", responses((status = 200)))]
async fn say(Query(Say { text }): Query<Say>) {
    tracing::debug!(text, "said");
    tracing::info!(
        text,
        level = "mine",
        trace_id = "forged",
        nothing = f64::NAN,
        ratio = 0.5,
        "said {text}"
    );
    tracing::warn!(failure = %text, shown = ?text, "said");
}

/// Panics.
#[utoipa::path(get, path = "/panic", responses((status = 500)))]
async fn panics() {
    panic!("as asked");
}

/// Takes longer than anybody waits.
#[utoipa::path(get, path = "/sleep", responses((status = 200)))]
async fn sleep() {
    tokio::time::sleep(Duration::from_mins(10)).await;
}

fn main() -> ExitCode {
    let config = Config::parse();
    let telemetry = config.telemetry.clone();
    chassis::run("probe", &telemetry, |telemetry, stop| {
        serve(config, telemetry, stop)
    })
}

async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    tracing::info!(?config, "configuration");
    let registry = &mut telemetry.registry;
    let faults = Faults::new(config.faults.token()?);
    let metrics = HttpMetrics::register(
        registry,
        &Api::openapi(),
        Declared::AtOnce,
        telemetry.exporting,
    );
    let opened = db::sqlite(&config.database, "probe.db", &["count"], registry, &faults);
    let (database, sqlite) = opened.await?;
    let stack = Stack {
        metrics,
        faults: faults.clone(),
        observer: Observer::default(),
        telemetry: telemetry.requests,
        max_body_bytes: 1024,
    };
    let routes = Router::new()
        .route("/hello", get(hello))
        .route("/rows", get(async move || rows(&database, &sqlite).await))
        .route("/say", get(say))
        .route("/panic", get(panics))
        .route("/sleep", get(sleep));
    let api = stack.around(routes, &config.http);
    let readiness = Readiness::default();
    let port = TelemetryPort {
        readiness: readiness.clone(),
        log_level: telemetry.log_level.clone(),
        faults,
        registry: telemetry.into_registry(),
    };
    let telemetry_address = port.listen(config.telemetry_address).await?;
    let server = Server::bind(config.address, "ADDRESS").await?;
    readiness.set(true);
    tracing::info!(address = %server.address(), %telemetry_address, "listening");
    server.serve(api, (&config.http).into(), &stop).await;
    Ok(())
}
