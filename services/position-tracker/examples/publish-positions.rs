//! Publishes made-up positions, in place of position-simulator: to see what position-tracker makes of
//! more vans, or of more of them a second, than the town has. `make bench` does.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chassis::Stop;
use chassis::config::QueueConfig;
use chassis::faults::Faults;
use chassis::queue::{self, Outgoing, QueueError, Queues, Topic, Topics};
use clap::Parser;
use contracts::{Position, VehiclePosition};
use prometheus_client::registry::Registry;
use time::OffsetDateTime;
use tokio::time::Instant;

const BATCH: u32 = 500;

/// How soon to try again when the queue is full.
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Parser)]
struct Arguments {
    /// The queue file's folder, where no RabbitMQ is configured.
    #[arg(long, env = "DATA_DIR", default_value = "data")]
    data_dir: PathBuf,

    #[command(flatten)]
    queue: QueueConfig,

    /// How many positions.
    #[arg(long, default_value_t = 1_000_000)]
    positions: u32,

    /// Of how many vehicles, in turn.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    vehicles: u32,

    /// How many a second, at most.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    per_second: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let topics = Topics {
        publishes: &[Topic::of::<VehiclePosition>()],
        consumes: &[],
    };
    let (mut registry, faults, stop) = (Registry::default(), Faults::off(), Stop::new());
    let folder = &arguments.data_dir;
    let opening = queue::open(
        &arguments.queue,
        folder,
        topics,
        &mut registry,
        &faults,
        &stop,
    );
    let queues = opening.await?;
    let (start, begin) = (
        Instant::now(),
        OffsetDateTime::now_utc() - time::Duration::hours(1),
    );
    for first in (0..arguments.positions).step_by(BATCH as usize) {
        let last = (first + BATCH).min(arguments.positions);
        let batch: Vec<_> = (first..last)
            .map(|n| position(n, arguments.vehicles, begin))
            .collect();
        publish(&queues, &batch).await?;
        let due = Duration::from_secs_f64(f64::from(last) / f64::from(arguments.per_second));
        tokio::time::sleep_until(start + due).await;
    }
    stop.request();
    stop.finished(Duration::from_secs(5))
        .await
        .then_some(())
        .context("the queue does not let go")
}

/// Each of a vehicle's is a millisecond after the one before.
fn position(n: u32, vehicles: u32, begin: OffsetDateTime) -> Outgoing<VehiclePosition> {
    Outgoing::untraced(VehiclePosition {
        vehicle: format!("Village Van {}", n % vehicles),
        position: Position {
            x: f64::from(n % 2_400),
            y: f64::from(n % 1_800),
            heading: f64::from(n % 360),
            speed: 36.0,
            trip_id: None,
            at: begin + time::Duration::milliseconds(i64::from(n / vehicles)),
        },
    })
}

async fn publish(queues: &Queues, batch: &[Outgoing<VehiclePosition>]) -> Result<()> {
    loop {
        match queues.publish(batch).await {
            Err(QueueError::Full) => tokio::time::sleep(PAUSE).await,
            outcome => return Ok(outcome?),
        }
    }
}
