//! From `main` to a service that runs, and back to an exit code.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use crate::config::TelemetryConfig;
use crate::stop::Stop;
use crate::telemetry::{self, Telemetry};

/// `sysexits.h`: the command was used incorrectly.
pub const EXIT_CONFIG: u8 = 64;

/// Why a service could not start or go on. Each is one line for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// A setting is wrong. Exit code 64.
    #[error("{key}: {problem}")]
    Config {
        /// The flag or environment variable.
        key: &'static str,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// An address cannot be listened on.
    #[error(
        "cannot listen on {address}: {source}; is another program there? choose another with {key}"
    )]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The setting that names it.
        key: &'static str,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The database did not answer within the time that a start may take.
    #[error("the database is not usable: {0}")]
    Database(String),
    /// Anything else from the system.
    #[error("{context}: {source}")]
    System {
        /// What was tried.
        context: String,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl BootError {
    /// A system error with what was tried.
    pub fn system(context: impl Into<String>, source: std::io::Error) -> Self {
        Self::System {
            context: context.into(),
            source,
        }
    }

    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config { .. } => EXIT_CONFIG,
            Self::Listen { .. } | Self::Database(_) | Self::System { .. } => 1,
        }
    }
}

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
