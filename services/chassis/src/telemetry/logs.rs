//! Logs: one line an event, JSON for machines, words for people, the trace's ids on every line
//! that belongs to one. `docs/logging.md` lists what is never logged.

use std::io::{IsTerminal as _, Write};
use std::sync::Arc;

use prometheus_client::registry::Registry as Metrics;
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, reload};

use super::traces::Exporting;
use crate::config::{LogFormat, TelemetryConfig};
use crate::error::BootError;

mod clock;
mod layer;
mod line;
pub(crate) mod panics;
mod text;
mod writer;

pub(crate) use writer::Writing;

/// Libraries whose own spans and events would feed the exporter with its own requests.
const QUIET: [&str; 8] = [
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "tower",
    "opentelemetry",
    "lapin",
    "amq_protocol",
];

/// A library that quotes messages in its log, and so what customers typed. What it has to say that
/// matters, the queue says itself.
const INDISCREET: &str = "lapin";

/// Changes the filter of the log while the process runs.
#[derive(Clone)]
pub struct LogLevel(Option<Arc<reload::Handle<EnvFilter, Registry>>>);

impl std::fmt::Debug for LogLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LogLevel").field(&self.get()).finish()
    }
}

impl LogLevel {
    /// One that changes nothing, for tests.
    pub const fn fixed() -> Self {
        Self(None)
    }

    /// The directives in force.
    pub fn get(&self) -> String {
        self.0
            .as_ref()
            .and_then(|handle| handle.with_current(ToString::to_string).ok())
            .unwrap_or_default()
    }

    /// Takes new directives: `debug`, `info,pizza_service=trace`.
    ///
    /// # Errors
    /// When they cannot be parsed; the old ones stay.
    pub fn set(&self, directives: &str) -> Result<(), String> {
        let filter = filter(directives)?;
        match &self.0 {
            Some(handle) => handle.reload(filter).map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }
}

fn filter(directives: &str) -> Result<EnvFilter, String> {
    EnvFilter::builder()
        .parse(directives)
        .map_err(|error| format!("`{directives}` is not a log filter: {error}"))
}

/// Installs the process's subscriber: the log, and the layer that turns spans into traces. Panics
/// are logged from now on.
pub(super) fn install(
    service: &'static str,
    config: &TelemetryConfig,
    traces: &Exporting,
    metrics: &mut Metrics,
) -> Result<(LogLevel, Writing), BootError> {
    let filter = filter(&config.log).map_err(|problem| BootError::Config {
        key: "RUST_LOG",
        problem,
    })?;
    let (filter, handle) = reload::Layer::new(filter);
    let (lines, writing) = writer::start(out(config)?, metrics)
        .map_err(|source| BootError::system("cannot start the log's thread", source))?;
    let log = layer::LogLayer::new(service, human(config), lines)
        .with_filter(filter_fn(is_line).and(filter));
    // Without an exporter there is no layer, and a span costs nothing.
    let spans = traces.is_on().then(|| {
        tracing_opentelemetry::layer()
            .with_tracer(traces.tracer())
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(spans_of_ours().and(filter_fn(|metadata| !metadata.is_event())))
    });
    tracing_subscriber::registry()
        .with(log)
        .with(spans)
        .try_init()
        .map_err(|error| BootError::Config {
            key: "RUST_LOG",
            problem: error.to_string(),
        })?;
    panics::log();
    Ok((LogLevel(Some(Arc::new(handle))), writing))
}

/// Whether something may become a line of the log, whatever its level.
fn is_line(metadata: &tracing::Metadata<'_>) -> bool {
    !metadata.is_span() && !metadata.target().starts_with(INDISCREET)
}

/// Log lines carry the trace's ids; they need not be sent twice, as events of spans.
fn spans_of_ours() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_targets(QUIET.map(|target| (target, LevelFilter::OFF)))
}

fn human(config: &TelemetryConfig) -> bool {
    match config.log_format {
        LogFormat::Json => false,
        LogFormat::Human => true,
        LogFormat::Auto => config.log_file.is_none() && std::io::stderr().is_terminal(),
    }
}

fn out(config: &TelemetryConfig) -> Result<Box<dyn Write + Send>, BootError> {
    let Some(path) = &config.log_file else {
        return Ok(Box::new(std::io::stderr()));
    };
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|source| {
            BootError::system(format!("cannot open the log {}", path.display()), source)
        })?;
    Ok(Box::new(file))
}
