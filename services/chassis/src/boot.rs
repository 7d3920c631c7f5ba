//! From `main` to a service that runs, and back to an exit code.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

pub use crate::error::{BootError, EXIT_CONFIG};

use crate::config::TelemetryConfig;
use crate::stop::Stop;
use crate::telemetry::{self, Telemetry};

/// How long background tasks may take to end after the last request was answered.
const TASKS_LIMIT: Duration = Duration::from_secs(10);

/// Runs one service: telemetry, signals, `serve`, then flush. `service` is its name in telemetry.
pub fn run<F, S>(service: &'static str, config: &TelemetryConfig, serve: F) -> ExitCode
where
    F: FnOnce(Telemetry, Stop) -> S,
    S: Future<Output = Result<(), BootError>>,
{
    match boot(service, config, serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(service, &error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn boot<F, S>(service: &'static str, config: &TelemetryConfig, serve: F) -> Result<(), BootError>
where
    F: FnOnce(Telemetry, Stop) -> S,
    S: Future<Output = Result<(), BootError>>,
{
    crate::http::client::use_ring();
    crate::http::server::inherited::receive().map_err(|source| {
        BootError::system("what LISTEN_FDS names is no listening socket", source)
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| BootError::system("cannot start the runtime", source))?;
    let (telemetry, guard) = telemetry::start(service, config)?;
    let outcome = runtime.block_on(async {
        let stop = Stop::on_signals()
            .map_err(|source| BootError::system("cannot watch signals", source))?;
        let outcome = serve(telemetry, stop.clone()).await;
        stop.request();
        if !stop.finished(TASKS_LIMIT).await {
            tracing::warn!(
                limit_s = TASKS_LIMIT.as_secs(),
                "background tasks did not end in time"
            );
        }
        outcome
    });
    // Outside the runtime: the exporter's shutdown blocks.
    guard.flush();
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// One line on stderr, whatever became of the log.
fn complain(service: &str, error: &BootError) {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "{service}: {error}");
}
