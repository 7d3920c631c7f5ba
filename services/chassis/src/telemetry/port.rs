//! The telemetry port: `/metrics`, `/livez`, `/readyz`, `/log-level`, `/faults`. Never published to
//! the internet. No fault strikes here, and no middleware of the API runs here.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use prometheus_client::encoding::text;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::LogLevel;
use crate::error::BootError;
use crate::faults::{self, Faults};
use crate::http::server::{Accepting, Server};
use crate::problem::{self, Problem};
use crate::stop::Stop;

/// The OpenMetrics media type.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether the service wants requests. Starts at no.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Says whether requests are wanted from now on.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// Whether they are.
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What the telemetry port shows.
#[derive(Clone, Debug)]
pub struct TelemetryPort {
    /// The metrics.
    pub registry: Arc<Registry>,
    /// For `/readyz`.
    pub readiness: Readiness,
    /// For `/log-level`.
    pub log_level: LogLevel,
    /// For `/faults`.
    pub faults: Faults,
}

/// The port with what it measures itself.
#[derive(Clone, Debug)]
struct Port {
    shown: TelemetryPort,
    own: Arc<Registry>,
    ready: Gauge,
}

impl TelemetryPort {
    /// Listens, and answers in the background until the process has drained.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn listen(self, address: SocketAddr) -> Result<SocketAddr, BootError> {
        let server = Server::bind(address, "TELEMETRY_ADDRESS").await?;
        let bound = server.address();
        let router = self.router();
        // Lives as long as the process, so that a drain can be watched: a stop of its own.
        let forever = Stop::new();
        let accepting = Accepting {
            header_read_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_millis(1),
            max_connections: 64,
        };
        tokio::spawn(async move { server.serve(router, accepting, &forever).await });
        Ok(bound)
    }

    /// The routes, for tests without a socket.
    pub fn router(self) -> Router {
        let faults = self.faults.clone();
        let (mut own, gauge) = (Registry::default(), Gauge::default());
        own.register(
            "service_ready",
            "Whether the service wants requests: what /readyz says",
            gauge.clone(),
        );
        let port = Port {
            shown: self,
            own: Arc::new(own),
            ready: gauge,
        };
        Router::new()
            .route("/metrics", get(metrics))
            .route("/livez", get(|| async { "alive\n" }))
            .route("/readyz", get(ready))
            .route("/log-level", get(log_level).put(set_log_level))
            .with_state(port)
            .merge(faults::api::router(faults))
            .layer(DefaultBodyLimit::max(16 * 1024))
            .fallback(|| async { StatusCode::NOT_FOUND })
            .layer(middleware::map_response(async |response: Response| {
                problem::normalise(response)
            }))
    }
}

impl Port {
    fn is_ready(&self) -> bool {
        self.shown.readiness.get() && !self.shown.faults.not_ready()
    }

    fn metrics(&self) -> Result<String, std::fmt::Error> {
        self.ready.set(self.is_ready().into());
        let mut shown = String::with_capacity(16 * 1024);
        text::encode_registry(&mut shown, &self.shown.registry)?;
        text::encode_registry(&mut shown, &self.own)?;
        text::encode_eof(&mut shown)?;
        Ok(shown)
    }
}

async fn metrics(State(port): State<Port>) -> Result<Response, Problem> {
    let shown = port.metrics().map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, OPENMETRICS)], shown).into_response())
}

async fn ready(State(port): State<Port>) -> Result<&'static str, Problem> {
    if port.is_ready() {
        Ok("ready\n")
    } else {
        Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready").retry_after(1))
    }
}

async fn log_level(State(port): State<Port>) -> String {
    port.shown.log_level.get() + "\n"
}

async fn set_log_level(
    State(port): State<Port>,
    directives: String,
) -> Result<StatusCode, Problem> {
    let directives = directives.trim();
    port.shown
        .log_level
        .set(directives)
        .map_err(|message| Problem::invalid("body", message))?;
    tracing::info!(directives, "log level changed");
    Ok(StatusCode::NO_CONTENT)
}
