//! Asking other services of the company.
//!
//! Built on `hyper-util`'s client, which `reqwest` is built on too, and not on `reqwest`: neighbours
//! live on a private network, so that certificates (a megabyte of them in each process), proxies,
//! redirects and cookies would be settings to switch off. TLS between services is the network's.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::de::DeserializeOwned;
use url::Url;

use crate::faults::Faults;

mod call;
mod error;
mod metrics;

pub use error::CallError;
pub use metrics::ClientMetrics;

use call::Call;

/// Bytes that an answer's body may have.
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// Connections that are kept without a request.
const MAX_IDLE: usize = 32;

/// How long one is kept. Our servers close theirs after 75 s: a request must not meet that moment.
const IDLE_LIMIT: Duration = Duration::from_mins(1);

/// Makes *ring* the process's TLS provider: it builds faster than the default one. A provider that
/// is already installed stays.
pub fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Parses the base URL of a neighbour, for clap's `value_parser`.
///
/// # Errors
/// When it is no URL, or has what a base URL cannot have: settings are shown in logs, so that a
/// password in one would be too.
pub fn base_url(text: &str) -> Result<Url, String> {
    let url: Url = text
        .parse()
        .map_err(|error| format!("not a URL: {error}"))?;
    if url.scheme() != "http" || !url.has_host() {
        return Err("must begin with http://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must hold no user and no password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with the path".to_owned());
    }
    Ok(url)
}

/// Another service of the company. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Neighbour(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: &'static str,
    /// Without a slash at its end.
    base: String,
    limit: Duration,
    client: Client<HttpConnector, Empty<Bytes>>,
    metrics: ClientMetrics,
    faults: Faults,
}

impl Neighbour {
    /// The neighbour `name`, such as `pokedex-api`, at `base` (see [`base_url`]). `limit` is how
    /// long one call may take, from looking up the address to the last byte of the answer.
    pub fn new(
        name: &'static str,
        base: &Url,
        limit: Duration,
        metrics: ClientMetrics,
        faults: Faults,
    ) -> Self {
        let mut connector = HttpConnector::new();
        // Requests are small: waiting for more to send would only delay them.
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(limit));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .pool_max_idle_per_host(MAX_IDLE)
            .build(connector);
        Self(Arc::new(Inner {
            name,
            base: base.as_str().trim_end_matches('/').to_owned(),
            limit,
            client,
            metrics,
            faults,
        }))
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// Reads the JSON at `path`, which begins with a slash and is percent-encoded. `route` is the
    /// path's pattern, such as `/pokemon/{id}`: it names the span. A call is tried once; trying
    /// again, and when to stop, is the caller's to decide.
    ///
    /// # Errors
    /// When there is no answer within the limit, or it is not a success, or not what was expected.
    pub async fn get<T: DeserializeOwned>(
        &self,
        route: &'static str,
        path: &str,
    ) -> Result<T, CallError> {
        let mut call = Call::begin(&self.0.metrics, self.0.name, &Method::GET, route);
        let asking = self.0.ask(path, &mut call);
        let outcome = tokio::time::timeout(self.0.limit, asking)
            .await
            .unwrap_or(Err(CallError::Timeout))
            .and_then(|body| {
                serde_json::from_slice(&body)
                    .map_err(|error| CallError::Unreadable(error.to_string()))
            });
        call.end(outcome.as_ref().err());
        outcome
    }
}

impl Inner {
    /// One exchange: the body of a success.
    async fn ask(&self, path: &str, call: &mut Call) -> Result<Bytes, CallError> {
        if self.faults.strikes_call(self.name).await {
            // What a client sees when its server goes away.
            let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            return Err(CallError::unreachable(&reset));
        }
        let request = self.request(path, call.headers())?;
        let response = self.client.request(request).await;
        let response = response.map_err(|error| CallError::unreachable(&error))?;
        let status = response.status();
        // The body of an error is read too, or its connection could not be used again.
        let body = whole_body(response).await;
        call.answered(status);
        if status.is_success() {
            body
        } else {
            Err(CallError::Status(status))
        }
    }

    fn request(&self, path: &str, headers: HeaderMap) -> Result<Request<Empty<Bytes>>, CallError> {
        let mut request = Request::get(format!("{}{path}", self.base))
            .body(Empty::new())
            .map_err(|error| CallError::unreachable(&error))?;
        *request.headers_mut() = headers;
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::ACCEPT, json);
        Ok(request)
    }
}

async fn whole_body(response: Response<Incoming>) -> Result<Bytes, CallError> {
    let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES);
    match body.collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(CallError::Unreadable(format!(
            "the body is larger than {MAX_ANSWER_BYTES} bytes"
        ))),
        Err(error) => Err(CallError::unreachable(error.as_ref())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_plain_http_without_secrets() {
        for good in [
            "http://127.0.0.1:5000",
            "http://pokedex-api",
            "http://gateway/pokedex/",
        ] {
            assert!(base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "pokedex-api:5000",
            "https://pokedex-api",
            "file:///etc/passwd",
            "http://pokedex-api?x=1",
            "http://pokedex-api#top",
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
        let error = base_url("http://me:hunter2@pokedex-api").expect_err("holds a password");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
