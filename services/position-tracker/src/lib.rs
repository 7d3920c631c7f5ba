//! Knows where each van is and was: takes positions from the queue, keeps the newest in memory and
//! the history in the database, and tells whoever asks or listens.

use std::sync::Arc;

use axum::Router;
use chassis::boot::BootError;
use chassis::faults::Faults;
use chassis::http::stream::{StreamMetrics, Streams};
use chassis::http::{Declared, HttpMetrics, Server, Stack};
use chassis::queue::{self, ConsumerSettings, Topic, Topics};
use chassis::telemetry::{Readiness, Telemetry, TelemetryPort, build};
use chassis::{Stop, http::observe::Observer};
use contracts::VehiclePosition;

pub mod config;
pub mod event;
pub mod fleet;
pub mod ingest;
pub mod metrics;
pub mod retention;
pub mod routes;
pub mod sighting;
pub mod store;
mod wire;

pub use config::Config;
pub use ingest::Ingest;

use fleet::Fleet;
use metrics::PositionMetrics;
use retention::Pruner;
use routes::AppState;
use store::Store;

/// Runs the service until `stop`, then lets it finish what it has begun.
///
/// # Errors
/// When an address cannot be listened on, or the database or the queue cannot be used.
pub async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    let faults = Faults::new(config.faults.token()?);
    let store = store::open(&config.database, &mut telemetry.registry, &faults).await?;
    let topics = Topics {
        publishes: &[],
        consumes: &[Topic::of::<VehiclePosition>()],
    };
    let queues = queue::open(
        &config.queue,
        &config.database.data_dir,
        topics,
        &mut telemetry.registry,
        &faults,
        &stop,
    )
    .await?;
    let app = App::assemble(&config, store, &mut telemetry, &faults, &stop).await?;
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
    let batch = ingest::BATCH;
    queues.consume(app.ingest, ConsumerSettings { batch }, &stop);
    app.pruner.start(&stop);
    readiness.set(true);
    unready_on(&stop, readiness);
    server.serve(app.router, (&config.http).into(), &stop).await;
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

/// The service over a store that is open, without its sockets and its queue.
#[derive(Debug)]
pub struct App {
    /// The API with all its middleware.
    pub router: Router,
    /// What handles positions that come in.
    pub ingest: Ingest,
    /// What keeps history within its limits; not started yet.
    pub pruner: Pruner,
}

impl App {
    /// Loads the newest positions, registers the metrics, puts the routes together.
    ///
    /// # Errors
    /// When the newest positions cannot be read.
    pub async fn assemble(
        config: &Config,
        store: Arc<dyn Store>,
        telemetry: &mut Telemetry,
        faults: &Faults,
        stop: &Stop,
    ) -> Result<Self, BootError> {
        let newest = store.newest().await;
        let fleet = Fleet::load(newest.map_err(|error| BootError::Database(error.to_string()))?);
        let registry = &mut telemetry.registry;
        metrics::fleet::register(registry, fleet.clone());
        let positions = PositionMetrics::register(registry);
        let clients =
            StreamMetrics::register(registry, "vehicle_stream", "the stream of positions");
        let streams = Streams::start(config.stream_limit, clients, stop);
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
        let routes = routes::router(AppState {
            fleet: fleet.clone(),
            store: Arc::clone(&store),
            streams: streams.clone(),
        });
        Ok(Self {
            router: stack.around(routes, &config.http),
            pruner: Pruner {
                store: Arc::clone(&store),
                fleet: fleet.clone(),
                retention: config.retention(),
                metrics: positions.clone(),
            },
            ingest: Ingest {
                store,
                fleet,
                streams,
                retention: config.retention(),
                vehicle_limit: config.vehicle_limit as usize,
                metrics: positions,
            },
        })
    }
}
