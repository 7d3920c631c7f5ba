//! Looks a Pokémon up by its national number or its name. It is small on purpose: it is the example
//! that `docs/instrumentation.md` walks through.

use std::sync::Arc;

use axum::Router;
use chassis::boot::BootError;
use chassis::faults::Faults;
use chassis::http::observe::Observer;
use chassis::http::{Declared, HttpMetrics, Server, Stack};
use chassis::telemetry::{Readiness, TelemetryPort, build};
use chassis::{Stop, telemetry::Telemetry};

pub mod config;
mod digest;
pub mod edition;
pub mod metrics;
pub mod name;
pub mod routes;
pub mod store;

pub use config::Config;

use metrics::NameLookups;
use routes::AppState;
use store::Store;

/// Runs the service until `stop`, then lets it finish what it has begun.
///
/// # Errors
/// When an address cannot be listened on, or the database cannot be used.
pub async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    let faults = Faults::new(config.faults.token()?);
    let store = store::open(&config.database, &mut telemetry.registry, &faults).await?;
    let router = assemble(&config, store, &mut telemetry, &faults);
    let server = Server::bind(config.api_address, "API_ADDRESS").await?;
    let readiness = Readiness::default();
    let port = TelemetryPort {
        readiness: readiness.clone(),
        log_level: telemetry.log_level.clone(),
        registry: telemetry.into_registry(),
        faults,
    };
    let telemetry_address = port.listen(config.telemetry_address).await?;
    tracing::info!(
        version = build::VERSION,
        revision = build::REVISION,
        api = %server.address(),
        telemetry = %telemetry_address,
        ?config,
        "serving"
    );
    readiness.set(true);
    unready_on(&stop, readiness);
    server.serve(router, (&config.http).into(), &stop).await;
    Ok(())
}

/// `/readyz` says no from the moment of the stop, while running requests finish.
fn unready_on(stop: &Stop, readiness: Readiness) {
    let stopping = stop.clone();
    stop.spawn(async move {
        stopping.requested().await;
        readiness.set(false);
    });
}

/// The API with all its middleware, over a store that is open, without its sockets.
pub fn assemble(
    config: &Config,
    store: Arc<dyn Store>,
    telemetry: &mut Telemetry,
    faults: &Faults,
) -> Router {
    let registry = &mut telemetry.registry;
    let lookups = NameLookups::register(registry);
    let stack = Stack {
        metrics: HttpMetrics::register(
            registry,
            &routes::openapi(),
            Declared::AtOnce,
            telemetry.exporting,
        ),
        faults: faults.clone(),
        observer: Observer::default(),
        telemetry: telemetry.requests,
        max_body_bytes: routes::MAX_BODY_BYTES,
    };
    stack.around(routes::router(AppState { store, lookups }), &config.http)
}
