//! Drives the vans: takes the orders that were placed, loads whatever waits onto the next van,
//! and tells where each van is.
//!
//! The way of a van is a pure function of its trip and the clock. A trip is stored before the van
//! leaves; whoever reads it again, after whatever happened, finds the van where it must be.

use chassis::Stop;
use chassis::boot::BootError;
use chassis::faults::Faults;
use chassis::queue::{self, Topic, Topics};
use chassis::telemetry::{Readiness, Telemetry, TelemetryPort, build};
use contracts::{OrderPlaced, OrdersDelivered, OrdersDispatched, VehiclePosition};

mod announcer;
mod clock;
pub mod config;
mod dispatcher;
pub mod drive;
pub mod fleet;
mod housekeeper;
pub mod metrics;
mod orders;
mod outage;
mod positions;
pub mod roads;
mod simulator;
pub mod store;
pub mod tour;
mod trace;
pub mod trip;

pub use config::Config;

use simulator::Simulator;

/// What this service has to do with.
const TOPICS: Topics<'static> = Topics {
    publishes: &[
        Topic::of::<OrdersDispatched>(),
        Topic::of::<OrdersDelivered>(),
        Topic::of::<VehiclePosition>(),
    ],
    consumes: &[Topic::of::<OrderPlaced>()],
};

/// Runs the service until `stop`. Vans go on without it: where they are is a question of the clock.
///
/// # Errors
/// When an address cannot be listened on, or the database or the queue cannot be used.
pub async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    let faults = Faults::new(config.faults.token()?);
    let registry = &mut telemetry.registry;
    let store = store::open(&config.database, registry, &faults).await?;
    let folder = &config.database.data_dir;
    let queues = queue::open(&config.queue, folder, TOPICS, registry, &faults, &stop).await?;
    let simulator = Simulator::assemble(&config.driving, store, queues, registry).await?;
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
        telemetry = %telemetry_address,
        ?config,
        "serving"
    );
    simulator.start(&stop);
    readiness.set(true);
    stop.requested().await;
    readiness.set(false);
    Ok(())
}
