//! One way to ask the monitoring, the faults and the lease: JSON over HTTP, bounded in time, with
//! errors of one line.

use std::fmt::Write as _;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use url::Url;

/// The longest that one answer may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The longest that a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Why an answer could not be had.
#[derive(Debug, Error)]
pub enum HttpError {
    /// Nobody answered.
    #[error("{url} does not answer: {reason}")]
    Unreachable {
        /// What was asked for.
        url: Url,
        /// The innermost cause.
        reason: String,
        /// Whether the request may have been read all the same.
        sent: bool,
    },
    /// Answered, but not with success.
    #[error("{url} answered {status}{}", after_colon(detail))]
    Refused {
        /// What was asked for.
        url: Url,
        /// The status.
        status: StatusCode,
        /// The problem's own words, where it gave any.
        detail: String,
    },
    /// Answered with something else than was asked for.
    #[error("{url} answered with something unexpected: {reason}")]
    Malformed {
        /// What was asked for.
        url: Url,
        /// What does not fit.
        reason: String,
    },
}

impl HttpError {
    /// The status of a refusal.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Unreachable { .. } | Self::Malformed { .. } => None,
        }
    }

    /// Whether the server has no such path, in the words of one or the other.
    pub fn is_missing(&self) -> bool {
        matches!(
            self.status(),
            Some(
                StatusCode::NOT_FOUND
                    | StatusCode::METHOD_NOT_ALLOWED
                    | StatusCode::NOT_IMPLEMENTED
                    // VictoriaMetrics: "unsupported path requested".
                    | StatusCode::BAD_REQUEST
            )
        )
    }
}

/// Nothing where the server has no such path.
pub fn where_there<T>(answer: Result<T, HttpError>) -> Result<Option<T>, HttpError> {
    match answer {
        Err(error) if error.is_missing() => Ok(None),
        answer => answer.map(Some),
    }
}

fn after_colon(detail: &str) -> String {
    if detail.is_empty() {
        String::new()
    } else {
        format!(": {detail}")
    }
}

/// An HTTP API below one base address.
#[derive(Clone, Debug)]
pub struct Api {
    client: reqwest::Client,
    base: Url,
}

/// A client without proxies and redirects, so that it speaks to nobody but whom it was told.
pub fn client() -> reqwest::Client {
    // Fails only where one is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .build()
        // Fails only where no TLS provider is installed, and one just was.
        .unwrap_or_default()
}

impl Api {
    /// The API at `base`.
    pub fn new(client: reqwest::Client, base: Url) -> Self {
        Self { client, base }
    }

    /// Its address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// A request below the base address; `path` starts with a slash.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// The answer to a GET, as JSON.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, HttpError> {
        json(self.send(self.request(Method::GET, path)).await?).await
    }

    /// The answer to a GET, as text.
    pub async fn text(&self, path: &str) -> Result<String, HttpError> {
        let response = self.send(self.request(Method::GET, path)).await?;
        let url = response.url().clone();
        response
            .text()
            .await
            .map_err(|error| unreachable(url, &error))
    }

    /// Sends a request and takes nothing but success for an answer.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, HttpError> {
        let response = request.send().await.map_err(|error| {
            let url = error.url().unwrap_or(&self.base).clone();
            unreachable(url, &error)
        })?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (url, status) = (response.url().clone(), response.status());
        let body = response.text().await.unwrap_or_default();
        Err(HttpError::Refused {
            url,
            status,
            detail: detail(&body),
        })
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let below = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{below}{path}"));
        url
    }
}

/// The body as JSON.
pub async fn json<T: DeserializeOwned>(response: Response) -> Result<T, HttpError> {
    let url = response.url().clone();
    let body = response
        .bytes()
        .await
        .map_err(|error| unreachable(url.clone(), &error))?;
    serde_json::from_slice(&body).map_err(|error| HttpError::Malformed {
        url,
        reason: error.to_string(),
    })
}

fn unreachable(url: Url, error: &reqwest::Error) -> HttpError {
    let sent = !error.is_connect();
    if error.is_timeout() {
        let reason = format!("no answer within {} s", TIMEOUT.as_secs());
        return HttpError::Unreachable { url, reason, sent };
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    HttpError::Unreachable {
        url,
        reason: innermost.to_string(),
        sent,
    }
}

/// The words of a problem+json or of a Prometheus error; else the first line of the body.
fn detail(body: &str) -> String {
    #[derive(Deserialize)]
    struct Words {
        detail: Option<String>,
        title: Option<String>,
        error: Option<String>,
    }
    let words = serde_json::from_str::<Words>(body).ok();
    let said = words.and_then(|words| words.detail.or(words.error).or(words.title));
    said.unwrap_or_else(|| first_line(body))
}

fn first_line(body: &str) -> String {
    const LONGEST: usize = 200;
    let line = body.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(LONGEST).collect();
    if short.len() < line.len() {
        // Writing to a String cannot fail.
        let _ = write!(short, "…");
    }
    short
}
