//! The shop window and the control room: static pages, and behind them, at the same origin, a thin
//! gateway to the services, what the monitoring knows, and what happens as it happens.

use axum::Router;
use chassis::Stop;
use chassis::boot::BootError;
use chassis::faults::Faults;
use chassis::http::client::ClientMetrics;
use chassis::http::observe::Observer;
use chassis::http::{Declared, HttpMetrics, Server, Stack};
use chassis::telemetry::{Readiness, Telemetry, TelemetryPort, build};

pub mod config;
pub mod gateway;
pub mod live;
pub mod monitoring;
pub mod neighbours;
pub mod pages;
pub mod routes;

pub use config::Config;

use live::Live;
use monitoring::Monitoring;
use neighbours::Neighbours;
use routes::AppState;

/// Runs the service until `stop`, then lets it finish what it has begun.
///
/// # Errors
/// When an address cannot be listened on.
pub async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    let faults = Faults::new(config.faults.faults_token.clone());
    let router = assemble(&config, &mut telemetry, &faults, &stop);
    let server = Server::bind(config.api_address, "UI_ADDRESS").await?;
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

/// The service without its sockets: the pages and their interface, with all middleware.
pub fn assemble(
    config: &Config,
    telemetry: &mut Telemetry,
    faults: &Faults,
    stop: &Stop,
) -> Router {
    let registry = &mut telemetry.registry;
    // No rule looks at the gateway's calls: a neighbour's series begin with the first one.
    let calls = ClientMetrics::register(registry, &[]);
    let neighbours = Neighbours::new(&config.neighbours, &calls, faults);
    let live = Live::start(&neighbours, config.stream_limit, registry, stop);
    let stack = Stack {
        metrics: HttpMetrics::register(
            registry,
            &routes::openapi(),
            Declared::WhenUsed,
            telemetry.exporting,
        ),
        faults: faults.clone(),
        observer: Observer::default(),
        telemetry: telemetry.requests,
        max_body_bytes: gateway::MAX_BODY_BYTES,
    };
    let routes = routes::router(AppState {
        monitoring: Monitoring::new(&neighbours),
        live,
        links: config.links.clone(),
        neighbours,
    });
    stack.around(routes, &config.http)
}
