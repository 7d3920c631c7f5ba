//! The service without sockets.

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use chassis::Stop;
use chassis::faults::Faults;
use chassis::telemetry::Telemetry;
use clap::Parser as _;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;
use ui::Config;

/// The service under test.
pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) stop: Stop,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// Null where the body is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// A problem of this code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json()["code"], code);
        self.json()
    }
}

/// Where nobody listens.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

impl TestApp {
    /// Its neighbours are not there, but for those that the flags name.
    pub(crate) fn with(flags: &[&str]) -> Result<Self> {
        let neighbours = ["pizza", "pokedex", "tracker", "loadgen"];
        let mut arguments = vec!["ui".to_owned(), "--rate-limit=0".to_owned()];
        for name in neighbours {
            let flag = format!("--{name}-url=");
            if !flags.iter().any(|given| given.starts_with(&flag)) {
                arguments.push(format!("{flag}{NOBODY}"));
            }
        }
        arguments.extend(flags.iter().map(|&flag| flag.to_owned()));
        let config = Config::try_parse_from(arguments)?;
        let stop = Stop::new();
        let mut telemetry = Telemetry::silent();
        let router = ui::assemble(&config, &mut telemetry, &Faults::off(), &stop);
        Ok(Self { router, stop })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Request::get(path).body(Body::empty())?).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Result<Answer> {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header("content-type", "application/json");
        self.send(request.body(body.to_owned().into())?).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Result<Answer> {
        let answer = self.router.clone().oneshot(request).await?;
        let (head, body) = answer.into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.request();
    }
}
