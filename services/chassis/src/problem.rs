//! RFC 9457 problem details: the one shape of every answer that is not a success or a redirect.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

pub mod declared;
pub mod extract;

pub use declared::Everywhere;

/// The media type of every error answer.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// The stable code of an error answer, carried to metrics and log in response extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode(pub &'static str);

/// What the log says about an error answer, and the client does not hear.
#[derive(Clone, Debug)]
pub struct Cause(pub String);

/// An error answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Where the kind of problem is described.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem, for people.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// A stable word for programs.
    pub code: &'static str,
    /// This occurrence, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields of the request that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// Boxed so that a `Result` with a problem stays small.
    #[serde(skip)]
    #[schema(ignore)]
    answer: Box<Answer>,
}

/// One field of the request that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Its path: `items[0].quantity`, `Idempotency-Key`, `limit`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// The parts of the answer that are not in its body.
#[derive(Clone, Debug, Default)]
struct Answer {
    cause: Option<String>,
    retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem of a kind. `code` is a stable word such as `order_not_found`.
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self {
            kind: format!("urn:firedrill:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: None,
            errors: Vec::new(),
            answer: Box::default(),
        }
    }

    /// Says what happened this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names a wrong field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
        self
    }

    /// Says when trying again makes sense, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.answer.retry_after_s = Some(seconds);
        self
    }

    /// Tells the log, not the client, what was behind it.
    #[must_use]
    pub fn cause(mut self, cause: impl std::fmt::Display) -> Self {
        self.answer.cause = Some(cause.to_string());
        self
    }

    /// The request is understood, and one of its fields is wrong.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request")
            .detail("the request has fields that are not valid")
            .field(field, message)
    }

    /// We are at fault; the log knows more.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error").cause(cause)
    }

    /// Something that we need does not answer; try again.
    pub fn unavailable(code: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code)
            .retry_after(1)
            .cause(cause)
    }

    /// What a bare status becomes. 429 and 503 say when to come back, always.
    pub fn from_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
            StatusCode::TOO_MANY_REQUESTS => "rate_limited",
            StatusCode::INTERNAL_SERVER_ERROR => "internal_error",
            StatusCode::SERVICE_UNAVAILABLE => "unavailable",
            status if status.is_client_error() => "bad_request",
            _ => "server_error",
        };
        let problem = Self::new(status, code);
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                problem.retry_after(1)
            }
            _ => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A struct of strings always serialises.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if let Some(seconds) = self.answer.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let extensions = response.extensions_mut();
        extensions.insert(ErrorCode(self.code));
        if let Some(cause) = self.answer.cause {
            extensions.insert(Cause(cause));
        }
        response
    }
}

/// Headers that mean something without the body that they came with.
const KEPT: [HeaderName; 3] = [header::ALLOW, header::RETRY_AFTER, header::WWW_AUTHENTICATE];

/// Gives every error answer the one shape: a 4xx or 5xx that is no problem yet gets a body, and
/// keeps the headers that mean something without its old one.
pub fn normalise(response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_problem(&response) {
        return response;
    }
    let mut problem = Problem::from_status(status).into_response();
    for name in KEPT {
        let mut said = response.headers().get_all(&name).iter();
        if let Some(first) = said.next() {
            problem.headers_mut().insert(&name, first.clone());
        }
        for further in said {
            problem.headers_mut().append(&name, further.clone());
        }
    }
    problem
}

fn is_problem(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes() == CONTENT_TYPE.as_bytes())
}
