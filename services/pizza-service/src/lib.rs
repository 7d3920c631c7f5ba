//! Takes orders: checks and prices them, stores each with its event in one transaction, and answers
//! only then. Tells others of them, and follows them until they are delivered.

use chassis::boot::BootError;
use chassis::faults::Faults;
use chassis::http::Server;
use chassis::queue;
use chassis::telemetry::{Readiness, TelemetryPort, build};
use chassis::{Stop, telemetry::Telemetry};

pub mod app;
mod backlog;
pub mod config;
pub mod events;
pub mod metrics;
pub mod order;
pub mod routes;
pub mod sticker;
pub mod store;

pub use app::App;
pub use config::Config;

/// Runs the service until `stop`, then lets it finish what it has begun.
///
/// # Errors
/// When an address cannot be listened on, or the database cannot be used.
pub async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    let faults = Faults::new(config.faults.token()?);
    let store = store::open(&config.database, &mut telemetry.registry, &faults).await?;
    let queues = queue::open(
        &config.queue,
        &config.database.data_dir,
        events::TOPICS,
        &mut telemetry.registry,
        &faults,
        &stop,
    )
    .await?;
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
    let relay = app.connect(queues, &stop);
    readiness.set(true);
    unready_on(&stop, readiness);
    server.serve(app.router, (&config.http).into(), &stop).await;
    // In this order: the last orders' events leave too.
    app.writer.finish().await;
    relay.finish().await;
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
