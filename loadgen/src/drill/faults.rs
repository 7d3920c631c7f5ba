//! The faults of one service, over its telemetry port.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::http::{Api, HttpError, json};

/// The faults of one service.
#[derive(Clone, Debug)]
pub struct Faults {
    service: String,
    api: Api,
    token: Option<SecretString>,
}

/// A fault as the service lists it.
#[derive(Clone, Debug, Deserialize)]
pub struct ActiveFault {
    /// Its kind.
    pub kind: String,
    /// How often it has struck.
    #[serde(default)]
    pub strikes: u64,
}

#[derive(Deserialize)]
struct Listing {
    faults: Vec<ActiveFault>,
}

impl Faults {
    /// The faults of `service`, whose telemetry port is at `telemetry`.
    pub fn new(
        client: reqwest::Client,
        service: &str,
        telemetry: Url,
        token: Option<SecretString>,
    ) -> Self {
        Self {
            service: service.to_owned(),
            api: Api::new(client, telemetry),
            token,
        }
    }

    /// The service's name.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Breaks the service; the fault dies by itself after `ttl`, rounded up to a second.
    pub async fn put(
        &self,
        kind: &str,
        parameters: &Map<String, Value>,
        ttl: Duration,
    ) -> Result<(), HttpError> {
        let mut body = parameters.clone();
        body.insert("ttl_seconds".to_owned(), whole_seconds(ttl).into());
        let request = self
            .request(Method::PUT, &format!("/faults/{kind}"))
            .json(&body);
        self.api.send(request).await.map(drop)
    }

    /// What is active.
    pub async fn list(&self) -> Result<Vec<ActiveFault>, HttpError> {
        let response = self.api.send(self.request(Method::GET, "/faults")).await?;
        let listing: Listing = json(response).await?;
        Ok(listing.faults)
    }

    /// Takes one kind back, and returns what it was.
    pub async fn take_back(&self, kind: &str) -> Result<Vec<ActiveFault>, HttpError> {
        self.delete(&format!("/faults/{kind}")).await
    }

    /// Takes everything back, and returns what it was.
    pub async fn take_back_all(&self) -> Result<Vec<ActiveFault>, HttpError> {
        self.delete("/faults").await
    }

    /// When the process says it started, seconds since 1970; from the same port's metrics.
    pub async fn process_start(&self) -> Result<Option<f64>, HttpError> {
        const METRIC: &str = "process_start_time_seconds";
        let text = self.api.text("/metrics").await?;
        let value = |line: &str| line.strip_prefix(METRIC)?.rsplit(' ').next()?.parse().ok();
        Ok(text.lines().find_map(value))
    }

    /// A service that has nothing to take back may answer without a body.
    async fn delete(&self, path: &str) -> Result<Vec<ActiveFault>, HttpError> {
        let response = self.api.send(self.request(Method::DELETE, path)).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Vec::new());
        }
        let listing: Listing = json(response).await?;
        Ok(listing.faults)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.api.request(method, path);
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
