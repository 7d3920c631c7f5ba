//! Asking other services of the company.
//!
//! Built on `hyper-util`'s client, which `reqwest` is built on too, and not on `reqwest`: neighbours
//! live on a private network, so that certificates (a megabyte of them in each process), proxies,
//! redirects and cookies would be settings to switch off. TLS between services is the network's.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
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

/// Bytes that the body of an answer may have which is passed on.
pub const MAX_PASSED_BYTES: usize = 4 * 1024 * 1024;

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

/// A request that is passed on to a neighbour.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Its method.
    pub method: Method,
    /// Its path, which begins with a slash, and its query, percent-encoded.
    pub path: String,
    /// What goes along; the trace's headers come on top.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Passed {
    /// A request that reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }
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
    client: Client<HttpConnector, Full<Bytes>>,
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
        let request = Passed::get(path);
        self.call(route, request, MAX_ANSWER_BYTES, |answer| {
            let status = answer.status();
            if !status.is_success() {
                return Err(CallError::Status(status));
            }
            serde_json::from_slice(answer.body())
                .map_err(|error| CallError::Unreadable(error.to_string()))
        })
        .await
    }

    /// Passes a request on, and its answer back, whatever its status.
    ///
    /// # Errors
    /// When there is no whole answer within the limit, or it is too large.
    pub async fn pass(
        &self,
        route: &'static str,
        request: Passed,
    ) -> Result<Response<Bytes>, CallError> {
        self.call(route, request, MAX_PASSED_BYTES, Ok).await
    }

    /// Opens a stream. The limit is for the head of the answer; its body comes as long as it comes.
    ///
    /// # Errors
    /// When there is no head within the limit, or it is not a success.
    pub async fn open(
        &self,
        route: &'static str,
        path: &str,
    ) -> Result<Response<Incoming>, CallError> {
        let mut call = Call::begin(&self.0.metrics, self.0.name, &Method::GET, route);
        let asking = self.0.ask(Passed::get(path), &mut call);
        let outcome = tokio::time::timeout(self.0.limit, asking)
            .await
            .unwrap_or(Err(CallError::Timeout))
            .and_then(|answer| match answer.status() {
                status if status.is_success() => Ok(answer),
                status => Err(CallError::Status(status)),
            });
        call.end(outcome.as_ref().err());
        outcome
    }

    async fn call<T>(
        &self,
        route: &'static str,
        request: Passed,
        most_bytes: usize,
        read: impl FnOnce(Response<Bytes>) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let mut call = Call::begin(&self.0.metrics, self.0.name, &request.method, route);
        let asking = async {
            let answer = self.0.ask(request, &mut call).await?;
            // The body of an error is read too, or its connection could not be used again.
            whole(answer, most_bytes).await
        };
        let answer = tokio::time::timeout(self.0.limit, asking)
            .await
            .unwrap_or(Err(CallError::Timeout));
        let status = answer.as_ref().map_or(None, |answer| Some(answer.status()));
        let outcome = answer.and_then(read);
        // What is passed on is an error of the neighbour's all the same.
        let refused = status
            .filter(|status| status.is_client_error() || status.is_server_error())
            .map(CallError::Status);
        call.end(outcome.as_ref().err().or(refused.as_ref()));
        outcome
    }
}

impl Inner {
    /// One exchange, up to the head of the answer.
    async fn ask(&self, passed: Passed, call: &mut Call) -> Result<Response<Incoming>, CallError> {
        if self.faults.strikes_call(self.name).await {
            // What a client sees when its server goes away.
            let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            return Err(CallError::unreachable(&reset));
        }
        let request = self.request(passed, call.headers())?;
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| CallError::unreachable(&error))?;
        call.answered(answer.status());
        Ok(answer)
    }

    fn request(&self, passed: Passed, trace: HeaderMap) -> Result<Request<Full<Bytes>>, CallError> {
        let mut request = Request::builder()
            .method(passed.method)
            .uri(format!("{}{}", self.base, passed.path))
            .body(Full::new(passed.body))
            .map_err(|error| CallError::unreachable(&error))?;
        let headers = request.headers_mut();
        *headers = passed.headers;
        headers.extend(trace);
        headers
            .entry(header::ACCEPT)
            .or_insert(HeaderValue::from_static("application/json"));
        Ok(request)
    }
}

async fn whole(
    answer: Response<Incoming>,
    most_bytes: usize,
) -> Result<Response<Bytes>, CallError> {
    let (head, body) = answer.into_parts();
    match Limited::new(body, most_bytes).collect().await {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(CallError::Unreadable(format!(
            "the body is larger than {most_bytes} bytes"
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
