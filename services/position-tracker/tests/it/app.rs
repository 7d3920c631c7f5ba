//! The service without sockets and without a queue, and one method an endpoint.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use chassis::Stop;
use chassis::faults::Faults;
use chassis::queue::{Busy, Handler as _, Incoming, Settlement};
use chassis::telemetry::Telemetry;
use clap::Parser as _;
use contracts::{Position, VehiclePosition};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use position_tracker::store::sqlite::Sqlite;
use position_tracker::{App, Config};
use prometheus_client::registry::Registry;
use serde_json::Value;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::unreliable::Unreliable;

/// The service under test.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) store: Arc<Unreliable>,
    pub(crate) stop: Stop,
    registry: Arc<Registry>,
    folder: Arc<TempDir>,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Null where the body is empty.
    pub(crate) body: Value,
}

/// The settings of a test's service: its own folder, no rate limit, whatever the environment says.
pub(crate) fn config(folder: &TempDir, flags: &[&str]) -> Result<Config> {
    let data_dir = format!("--data-dir={}", folder.path().display());
    let mut arguments = vec!["position-tracker", "--rate-limit=0", &data_dir];
    arguments.extend(flags);
    let mut config = Config::try_parse_from(arguments)?;
    config.database.postgres_url = None;
    config.database.postgres_schema = None;
    config.queue.amqp_url = None;
    Ok(config)
}

/// A whole second, a minute ago: so many seconds later is neither to come nor too old.
pub(crate) fn a_minute_ago() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc() - Duration::minutes(1);
    now - Duration::nanoseconds(now.nanosecond().into())
}

/// A position that is right, and can be told from others by its `x`.
pub(crate) fn position(at: OffsetDateTime, x: f64) -> Position {
    Position {
        x,
        y: -87.25,
        heading: 90.0,
        speed: 36.5,
        trip_id: Some(Uuid::from_u128(7)),
        at,
    }
}

/// The same as an event.
pub(crate) fn seen(vehicle: &str, at: OffsetDateTime, x: f64) -> VehiclePosition {
    VehiclePosition {
        vehicle: vehicle.to_owned(),
        position: position(at, x),
    }
}

impl TestApp {
    pub(crate) async fn start() -> Result<Self> {
        Self::with(&[]).await
    }

    /// Starts it with these flags.
    pub(crate) async fn with(flags: &[&str]) -> Result<Self> {
        Self::over(Arc::new(tempfile::tempdir()?), flags).await
    }

    /// Another one over the same data, as after a restart.
    pub(crate) async fn again(self) -> Result<Self> {
        let folder = Arc::clone(&self.folder);
        drop(self);
        Self::over(folder, &[]).await
    }

    async fn over(folder: Arc<TempDir>, flags: &[&str]) -> Result<Self> {
        let config = config(&folder, flags)?;
        let mut telemetry = Telemetry::silent();
        let (faults, stop) = (Faults::off(), Stop::new());
        let sqlite = Sqlite::open(&config.database, &mut telemetry.registry, &faults).await?;
        let store = Arc::new(Unreliable::around(sqlite));
        let app = App::assemble(&config, store.clone(), &mut telemetry, &faults, &stop).await?;
        Ok(Self {
            app,
            store,
            stop,
            registry: telemetry.into_registry(),
            folder,
        })
    }

    /// Hands these over as one batch, as the queue does.
    pub(crate) async fn handle(&self, events: &[VehiclePosition]) -> Result<Vec<Settlement>, Busy> {
        let batch: Vec<_> = events.iter().cloned().map(incoming).collect();
        self.app.ingest.handle(&batch).await
    }

    pub(crate) async fn vehicles(&self) -> Result<Answer> {
        self.get("/vehicles").await
    }

    /// `name` as it stands in the path.
    pub(crate) async fn vehicle(&self, name: &str) -> Result<Answer> {
        self.get(&format!("/vehicles/{name}")).await
    }

    pub(crate) async fn history(&self, name: &str, query: &str) -> Result<Answer> {
        self.get(&format!("/vehicles/{name}/history?{query}")).await
    }

    pub(crate) fn router(&self) -> Router {
        self.app.router.clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        let request = Request::builder().uri(path).body(Body::empty())?;
        let (head, body) = self.router().oneshot(request).await?.into_parts();
        let bytes = body.collect().await?.to_bytes();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).context("the body is not JSON")?
        };
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }

    /// One sample of the metrics, by its name with labels.
    pub(crate) fn metric(&self, sample: &str) -> Result<f64> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        text.lines()
            .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '))
            .with_context(|| format!("no sample `{sample}` in:\n{text}"))?
            .parse()
            .context("the sample's value")
    }
}

fn incoming(event: VehiclePosition) -> Incoming<VehiclePosition> {
    Incoming {
        id: Uuid::now_v7(),
        event,
        traceparent: None,
        published_at: OffsetDateTime::now_utc(),
        tries: 1,
    }
}

impl Answer {
    /// Asserts that it is a problem with this status and code.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(
            self.header(header::CONTENT_TYPE.as_str()),
            "application/problem+json"
        );
        assert_eq!(self.body["code"], code, "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
    }

    /// Asserts that it names this field as wrong.
    #[track_caller]
    pub(crate) fn expect_field(&self, field: &str) {
        let named = self.body["errors"]
            .as_array()
            .is_some_and(|errors| errors.iter().any(|error| error["field"] == field));
        assert!(named, "`{field}` is not named: {self:?}");
    }

    /// Asserts its status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
    }

    /// A header's value; empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The `x` of each position of a history.
    pub(crate) fn xs(&self) -> Vec<f64> {
        let positions = self.body["positions"].as_array();
        let x = |position: &Value| position["x"].as_f64();
        positions.into_iter().flatten().filter_map(x).collect()
    }
}
