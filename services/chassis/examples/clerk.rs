//! A service that publishes and consumes notes, and writes down what it is handed: what the tests of
//! several processes on one queue start.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use async_trait::async_trait;
use chassis::config::{QueueConfig, TelemetryConfig};
use chassis::faults::Faults;
use chassis::queue::{
    self, Busy, ConsumerSettings, Handler, Incoming, Outgoing, Refusal, Settlement, Topic, Topics,
};
use chassis::telemetry::Telemetry;
use chassis::telemetry::traces::TraceLink;
use chassis::{BootError, Stop};
use clap::Parser;
use contracts::Event;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Parser)]
struct Config {
    #[arg(long)]
    data_dir: PathBuf,
    /// Publishes so many notes, ten at a time, again where it failed.
    #[arg(long, default_value_t = 0)]
    publish: u32,
    /// The first one's number.
    #[arg(long, default_value_t = 0)]
    first: u32,
    /// What has caused the first note, the second one, and so on.
    #[arg(long)]
    traceparent: Vec<String>,
    #[arg(long)]
    consume: bool,
    /// Where it writes what it is handed: a line a note, a batch at once.
    #[arg(long)]
    record: PathBuf,
    /// Comes to no end with the batch in which this note is.
    #[arg(long)]
    hang_at: Option<u32>,
    /// Refuses this note.
    #[arg(long)]
    refuse: Option<u32>,
    #[command(flatten)]
    telemetry: TelemetryConfig,
    #[command(flatten)]
    queue: QueueConfig,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    number: u32,
    text: String,
}

impl Event for Note {
    const TOPIC: &'static str = "test.note";
}

struct Clerk {
    record: File,
    hang_at: Option<u32>,
    refuse: Option<u32>,
}

#[async_trait]
impl Handler for Clerk {
    type Event = Note;

    async fn handle(&self, batch: &[Incoming<Note>]) -> Result<Vec<Settlement>, Busy> {
        let lines: String = batch.iter().map(|note| line(note, batch.len())).collect();
        let written = (&self.record).write_all(lines.as_bytes());
        written.map_err(|error| Busy(error.to_string()))?;
        if batch
            .iter()
            .any(|note| Some(note.event.number) == self.hang_at)
        {
            std::future::pending::<()>().await;
        }
        let settle = |note: &Incoming<Note>| match self.refuse {
            Some(number) if number == note.event.number => Settlement::Dead(Refusal("unwanted")),
            _ => Settlement::Done,
        };
        Ok(batch.iter().map(settle).collect())
    }
}

fn line(note: &Incoming<Note>, batch: usize) -> String {
    let line = json!({
        "number": note.event.number,
        "tries": note.tries,
        "batch": batch,
        "traceparent": note.traceparent,
        "current": TraceLink::current().map(|link| link.traceparent()),
    });
    format!("{line}\n")
}

fn main() -> ExitCode {
    let config = Config::parse();
    let telemetry = config.telemetry.clone();
    chassis::run("clerk", &telemetry, |telemetry, stop| {
        serve(config, telemetry, stop)
    })
}

async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    tracing::info!(?config, "configuration");
    let topics = [Topic::of::<Note>()];
    let topics = Topics {
        publishes: &topics,
        consumes: &topics,
    };
    let (registry, faults) = (&mut telemetry.registry, Faults::off());
    let (settings, folder) = (&config.queue, &config.data_dir);
    let queues = queue::open(settings, folder, topics, registry, &faults, &stop).await?;
    if config.consume {
        let record = File::create(&config.record);
        let clerk = Clerk {
            record: record.map_err(|error| BootError::system("no record", error))?,
            hang_at: config.hang_at,
            refuse: config.refuse,
        };
        queues.consume(clerk, ConsumerSettings::default(), &stop);
    }
    for batch in notes(&config).chunks(10) {
        while let Err(error) = queues.publish(batch).await {
            tracing::warn!(%error, "not published");
            if stop.is_requested() {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }
    tracing::info!("published");
    stop.requested().await;
    Ok(())
}

fn notes(config: &Config) -> Vec<Outgoing<Note>> {
    let causes = config.traceparent.iter().cloned().map(Some);
    (config.first..config.first + config.publish)
        .zip(causes.chain(std::iter::repeat(None)))
        .map(|(number, traceparent)| Outgoing {
            event: Note {
                number,
                text: "from a clerk".to_owned(),
            },
            traceparent,
        })
        .collect()
}
