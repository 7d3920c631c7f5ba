//! Takes orders: checks and prices them, stores each with its event in one transaction, and answers
//! only then.

use std::sync::Arc;

use axum::Router;
use chassis::boot::BootError;
use chassis::faults::Faults;
use chassis::http::{HttpMetrics, Server, Stack};
use chassis::telemetry::{Readiness, TelemetryPort, build};
use chassis::{Stop, telemetry::Telemetry};

pub mod config;
pub mod events;
pub mod metrics;
pub mod order;
pub mod routes;
pub mod store;

pub use config::Config;

use metrics::{OrderMetrics, WriterMetrics};
use routes::AppState;
use store::{Store, Writer};

/// Runs the service until `stop`, then lets it finish what it has begun.
///
/// # Errors
/// When an address cannot be listened on, or the database cannot be used.
pub async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    let faults = Faults::new(config.faults.faults_token.clone());
    let store = store::open(&config.database, &mut telemetry.registry, &faults).await?;
    let app = App::assemble(&config, store, &mut telemetry, &faults, &stop);
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
    server.serve(app.router, (&config.http).into(), &stop).await;
    app.writer.close();
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

/// The service over a store that is open, without its sockets.
#[derive(Debug)]
pub struct App {
    /// The API with all its middleware.
    pub router: Router,
    /// What writes; to be closed when no more requests come.
    pub writer: Writer,
}

impl App {
    /// Registers the metrics, starts the writer, puts the routes together.
    pub fn assemble(
        config: &Config,
        store: Arc<dyn Store>,
        telemetry: &mut Telemetry,
        faults: &Faults,
        stop: &Stop,
    ) -> Self {
        let registry = &mut telemetry.registry;
        let orders = OrderMetrics::register(registry);
        let writer = Writer::start(
            Arc::clone(&store),
            config.writer_queue,
            orders.clone(),
            WriterMetrics::register(registry),
            stop,
        );
        let stack = Stack {
            metrics: HttpMetrics::register(registry, &routes::openapi(), telemetry.exporting),
            faults: faults.clone(),
            observer: orders.observer(),
            telemetry: telemetry.requests,
            max_body_bytes: routes::MAX_BODY_BYTES,
        };
        let routes = routes::router(AppState::new(store, writer.clone()));
        Self {
            router: stack.around(routes, &config.http),
            writer,
        }
    }
}
