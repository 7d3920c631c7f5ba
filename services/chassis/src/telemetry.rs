//! Metrics, traces and logs: what a service says about itself.

use std::sync::{Arc, OnceLock};

use prometheus_client::registry::Registry;

use crate::config::{Switch, TelemetryConfig};
use crate::error::BootError;

pub mod build;
pub mod logs;
pub mod port;
pub mod process;
pub mod traces;

pub use logs::LogLevel;
pub use port::{Readiness, TelemetryPort};

/// Buckets of every request, query and message duration, seconds. The alerts' thresholds lie on
/// edges; the OpenTelemetry semantic conventions advise these, and 1 and 2.5 ms are added for
/// services that answer from memory.
pub const DURATION_BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

static SERVICE: OnceLock<&str> = OnceLock::new();

/// The name of the service that this process is, for those whom it connects to.
pub fn service() -> &'static str {
    SERVICE.get().copied().unwrap_or("firedrill")
}

/// The parts of telemetry that a service is given at its start.
#[derive(Debug)]
pub struct Telemetry {
    /// Where metrics are registered. Process and build metrics already are.
    pub registry: Registry,
    /// Changes the log level while the service runs.
    pub log_level: LogLevel,
    /// Whether requests leave metrics, spans and log lines.
    pub requests: Switch,
    /// Whether spans go anywhere: only then do exemplars make sense.
    pub exporting: bool,
}

/// Keeps the log's writer and the exporter alive; flushes both at the end.
#[must_use = "dropping it loses the last log lines and spans"]
#[derive(Debug)]
pub struct Guard {
    traces: traces::Exporting,
    _log: logs::Writing,
}

impl Guard {
    /// Sends what is left. Blocks, at most a few seconds.
    pub fn flush(self) {
        self.traces.flush();
    }
}

/// Starts logs and traces for the process, and the registry of metrics.
///
/// # Errors
/// When a setting is wrong or the log file cannot be opened.
pub fn start(
    service: &'static str,
    config: &TelemetryConfig,
) -> Result<(Telemetry, Guard), BootError> {
    // A second start in one process is an error further down.
    let _ = SERVICE.set(service);
    let mut registry = Registry::default();
    process::register(&mut registry);
    build::register(&mut registry);
    let traces = traces::Exporting::start(service, config, &mut registry)?;
    let (log_level, log) = logs::install(service, config, &traces, &mut registry)?;
    let telemetry = Telemetry {
        registry,
        log_level,
        requests: config.request_telemetry,
        exporting: traces.is_on(),
    };
    Ok((telemetry, Guard { traces, _log: log }))
}

impl Telemetry {
    /// Telemetry that goes nowhere, for tests of a service's router.
    pub fn silent() -> Self {
        Self {
            registry: Registry::default(),
            log_level: LogLevel::fixed(),
            requests: Switch::On,
            exporting: false,
        }
    }

    /// The registry, complete, to be shared with the telemetry port.
    pub fn into_registry(self) -> Arc<Registry> {
        Arc::new(self.registry)
    }
}
