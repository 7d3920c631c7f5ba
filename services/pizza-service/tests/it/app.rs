//! The service without sockets, and one method an endpoint.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use chassis::Stop;
use chassis::faults::Faults;
use chassis::queue;
use chassis::telemetry::Telemetry;
use clap::Parser as _;
use company_tests::until;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use pizza_service::events::{Relay, TOPICS};
use pizza_service::store::{Writer, sqlite::Sqlite};
use pizza_service::{App, Config};
use prometheus_client::registry::Registry;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::unreliable::Unreliable;

/// The service under test.
pub(crate) struct TestApp {
    pub(crate) store: Arc<Unreliable>,
    pub(crate) faults: Faults,
    pub(crate) writer: Writer,
    pub(crate) stop: Stop,
    pub(crate) folder: Arc<TempDir>,
    relay: Option<Relay>,
    router: Router,
    registry: Arc<Registry>,
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
    config_of(folder.path(), flags)
}

pub(crate) fn config_of(folder: &Path, flags: &[&str]) -> Result<Config> {
    let data_dir = format!("--data-dir={}", folder.display());
    let mut arguments = vec!["pizza-service", "--rate-limit=0", &data_dir];
    arguments.extend(flags);
    let mut config = Config::try_parse_from(arguments)?;
    config.database.postgres_url = None;
    config.queue.amqp_url = None;
    if !flags.iter().any(|flag| flag.starts_with("--pokedex-url")) {
        config.pokedex_url = None;
    }
    Ok(config)
}

/// An order that is right.
pub(crate) fn order() -> Value {
    json!({
        "customer": "Ada",
        "address": "1 Main Street",
        "items": [{"pizza": "margherita", "size": "large", "quantity": 2}]
    })
}

impl TestApp {
    pub(crate) async fn start() -> Result<Self> {
        Self::with(&[]).await
    }

    /// Starts it with these flags.
    pub(crate) async fn with(flags: &[&str]) -> Result<Self> {
        let folder = Arc::new(tempfile::tempdir()?);
        Ok(Assembly::open(folder, flags).await?.without_queue())
    }

    /// Starts it with the queue file of its folder, where others may be too.
    pub(crate) async fn connected(folder: &Arc<TempDir>) -> Result<Self> {
        let assembly = Assembly::open(Arc::clone(folder), &[]).await?;
        assembly.with_queue().await
    }

    /// Stops it as the service does, and waits for its end.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.stop.request();
        self.writer.finish().await;
        if let Some(relay) = self.relay.take() {
            relay.finish().await;
        }
        let ended = self.stop.finished(Duration::from_secs(20)).await;
        anyhow::ensure!(ended, "a task did not end");
        Ok(())
    }

    pub(crate) async fn menu(&self, headers: &[(&str, &str)]) -> Result<Answer> {
        self.send(request("GET", "/menu", headers, "")?).await
    }

    pub(crate) async fn place(&self, order: &Value) -> Result<Answer> {
        self.place_raw(&order.to_string(), &[JSON]).await
    }

    pub(crate) async fn place_with_key(&self, key: &str, order: &Value) -> Result<Answer> {
        let headers = [JSON, ("idempotency-key", key)];
        self.place_raw(&order.to_string(), &headers).await
    }

    pub(crate) async fn place_raw(&self, body: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        self.send(request("POST", "/orders", headers, body)?).await
    }

    pub(crate) async fn order(&self, id: &str) -> Result<Answer> {
        self.get(&format!("/orders/{id}")).await
    }

    pub(crate) async fn orders(&self, query: &str) -> Result<Answer> {
        self.get(&format!("/orders?{query}")).await
    }

    pub(crate) async fn cancel(&self, id: &str) -> Result<Answer> {
        let path = format!("/orders/{id}/cancel");
        self.send(request("POST", &path, &[], "")?).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send(request("GET", path, &[], "")?).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Result<Answer> {
        let response = self.router.clone().oneshot(request).await?;
        let (head, body) = response.into_parts();
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

    /// Waits until a sample of the metrics has this value.
    pub(crate) async fn shows(&self, sample: &str, value: u32) -> Result<()> {
        let what = format!("{sample} is {value}");
        until(&what, Duration::from_secs(20), async || {
            let now = self.metric(sample).ok()?;
            ((now - f64::from(value)).abs() < f64::EPSILON).then_some(())
        })
        .await
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

/// A service that is being put together.
struct Assembly {
    config: Config,
    folder: Arc<TempDir>,
    store: Arc<Unreliable>,
    telemetry: Telemetry,
    faults: Faults,
    stop: Stop,
    app: App,
}

impl Assembly {
    async fn open(folder: Arc<TempDir>, flags: &[&str]) -> Result<Self> {
        let config = config(&folder, flags)?;
        let mut telemetry = Telemetry::silent();
        let (faults, stop) = (Faults::off(), Stop::new());
        let sqlite = Sqlite::open(&config.database, &mut telemetry.registry, &faults).await?;
        let store = Arc::new(Unreliable::around(sqlite));
        let app = App::assemble(&config, store.clone(), &mut telemetry, &faults, &stop);
        Ok(Self {
            config,
            folder,
            store,
            telemetry,
            faults,
            stop,
            app,
        })
    }

    async fn with_queue(mut self) -> Result<TestApp> {
        let queues = queue::open(
            &self.config.queue,
            self.folder.path(),
            TOPICS,
            &mut self.telemetry.registry,
            &self.faults,
            &self.stop,
        )
        .await?;
        let relay = self.app.connect(queues, &self.stop);
        let mut app = self.without_queue();
        app.relay = Some(relay);
        Ok(app)
    }

    fn without_queue(self) -> TestApp {
        TestApp {
            store: self.store,
            faults: self.faults,
            writer: self.app.writer,
            stop: self.stop,
            folder: self.folder,
            relay: None,
            router: self.app.router,
            registry: self.telemetry.into_registry(),
        }
    }
}

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

pub(crate) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Request<Body>> {
    let builder = Request::builder().method(method).uri(path);
    headers
        .iter()
        .fold(builder, |builder, (name, value)| {
            builder.header(*name, *value)
        })
        .body(Body::from(body.to_owned()))
        .context("a request")
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

    /// The id of the order in it.
    pub(crate) fn id(&self) -> &str {
        self.body["id"].as_str().unwrap_or_default()
    }
}
