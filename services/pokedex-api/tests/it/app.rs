//! The service without sockets, and one method an endpoint.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use chassis::faults::Faults;
use chassis::telemetry::Telemetry;
use clap::Parser as _;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use pokedex_api::{Config, store};
use prometheus_client::registry::Registry;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// The service under test.
pub(crate) struct TestApp {
    pub(crate) faults: Faults,
    router: Router,
    registry: Arc<Registry>,
    /// Kept as long as its files are used.
    _folder: TempDir,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Null where the body is empty.
    pub(crate) body: Value,
}

/// The settings of a test's service: its own folder, whatever the environment says.
pub(crate) fn config(folder: &TempDir, flags: &[&str]) -> Result<Config> {
    let data_dir = format!("--data-dir={}", folder.path().display());
    let mut arguments = vec!["pokedex-api", &data_dir];
    arguments.extend(flags);
    let mut config = Config::try_parse_from(arguments)?;
    config.database.postgres_url = None;
    config.database.postgres_schema = None;
    Ok(config)
}

impl TestApp {
    pub(crate) async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = config(&folder, &[])?;
        let mut telemetry = Telemetry::silent();
        let faults = Faults::off();
        let store = store::open(&config.database, &mut telemetry.registry, &faults).await?;
        let router = pokedex_api::assemble(&config, store, &mut telemetry, &faults);
        Ok(Self {
            faults,
            router,
            registry: telemetry.into_registry(),
            _folder: folder,
        })
    }

    /// The Pokémon of a number.
    pub(crate) async fn pokemon(&self, id: &str) -> Result<Answer> {
        self.get(&format!("/pokemon/{id}")).await
    }

    /// The Pokémon of a name, as a client encodes it.
    pub(crate) async fn named(&self, name: &str) -> Result<Answer> {
        self.get(&format!("/pokemon/by-name/{}", encoded(name)))
            .await
    }

    /// A page.
    pub(crate) async fn page(&self, query: &str) -> Result<Answer> {
        self.get(&format!("/pokemon?{query}")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send("GET", path, &[]).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).context("a request")?;
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

/// Percent-encoded, all but letters and digits.
pub(crate) fn encoded(text: &str) -> String {
    let one = |out: String, byte: u8| {
        if byte.is_ascii_alphanumeric() {
            out + char::from(byte).encode_utf8(&mut [0])
        } else {
            out + &format!("%{byte:02X}")
        }
    };
    text.bytes().fold(String::new(), one)
}

impl Answer {
    /// Asserts its status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
    }

    /// Asserts that it is a problem with this status and code.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, code: &str) {
        self.expect(status);
        let media_type = self.header(header::CONTENT_TYPE.as_str());
        assert_eq!(media_type, "application/problem+json");
        assert_eq!(self.body["code"], code, "{self:?}");
    }

    /// Asserts that it names this parameter as wrong.
    #[track_caller]
    pub(crate) fn expect_wrong(&self, parameter: &str) {
        self.expect(400);
        let named = self.body["errors"]
            .as_array()
            .is_some_and(|errors| errors.iter().any(|error| error["field"] == parameter));
        assert!(named, "`{parameter}` is not named: {self:?}");
    }

    /// A header's value; empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
