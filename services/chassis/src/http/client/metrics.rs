//! `http_client_request_duration_seconds`, after the OpenTelemetry semantic conventions.

use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::CallError;
use crate::http::metrics::known_method;
use crate::telemetry::DURATION_BUCKETS;

/// Errors that services of the company and proxies in front of them answer with. Their series
/// exist from the start; another status gets its series when it comes.
const USUAL_ERRORS: [StatusCode; 8] = [
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::INTERNAL_SERVER_ERROR,
    StatusCode::BAD_GATEWAY,
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::GATEWAY_TIMEOUT,
];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CallLabels {
    http_request_method: &'static str,
    server_address: &'static str,
    http_response_status_code: Code,
    error_type: ErrorType,
}

/// The answer's status; empty where there was no whole answer.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(super) struct Code(pub(super) Option<StatusCode>);

impl EncodeLabelValue for Code {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        self.0
            .as_ref()
            .map_or("", StatusCode::as_str)
            .encode(encoder)
    }
}

/// What went wrong.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(super) enum ErrorType {
    /// Nothing: empty.
    None,
    /// The caller did not wait for the answer.
    Cancelled,
    Timeout,
    Unreachable,
    Unreadable,
    /// A status that is not a success, in digits.
    Status(StatusCode),
}

impl ErrorType {
    pub(super) const fn of(error: &CallError) -> Self {
        match error {
            CallError::Timeout => Self::Timeout,
            CallError::Unreachable(_) => Self::Unreachable,
            CallError::Unreadable(_) => Self::Unreadable,
            CallError::Status(status) => Self::Status(*status),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::None => "",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::Status(status) => status.as_str(),
        }
    }
}

impl EncodeLabelValue for ErrorType {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        self.as_str().encode(encoder)
    }
}

/// How calls of neighbours end, and how long they take. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ClientMetrics {
    calls: Family<CallLabels, Histogram, fn() -> Histogram>,
}

impl ClientMetrics {
    /// Registers them once a process. The series of the named neighbours exist from the start, those of
    /// others from their first call.
    pub fn register(registry: &mut Registry, neighbours: &[&'static str]) -> Self {
        let metrics = Self {
            calls: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
        };
        for name in neighbours {
            for (code, error) in usual_ends() {
                drop(metrics.histogram(&Method::GET, name, code, error));
            }
        }
        registry.register_with_unit(
            "http_client_request_duration",
            "Duration of HTTP requests to other services; error_type is empty for success",
            Unit::Seconds,
            metrics.calls.clone(),
        );
        metrics
    }

    pub(super) fn record(
        &self,
        method: &Method,
        neighbour: &'static str,
        code: Code,
        error: ErrorType,
        took: Duration,
    ) {
        self.histogram(method, neighbour, code, error)
            .observe(took.as_secs_f64());
    }

    fn histogram(
        &self,
        method: &Method,
        neighbour: &'static str,
        code: Code,
        error: ErrorType,
    ) -> Histogram {
        self.calls.get_or_create_owned(&CallLabels {
            http_request_method: known_method(method),
            server_address: neighbour,
            http_response_status_code: code,
            error_type: error,
        })
    }
}

/// How a call can end with services such as ours.
fn usual_ends() -> impl Iterator<Item = (Code, ErrorType)> {
    let ok = Code(Some(StatusCode::OK));
    let without_answer = [
        ErrorType::Cancelled,
        ErrorType::Timeout,
        ErrorType::Unreachable,
    ];
    [(ok, ErrorType::None), (ok, ErrorType::Unreadable)]
        .into_iter()
        .chain(without_answer.map(|error| (Code(None), error)))
        .chain(USUAL_ERRORS.map(|status| (Code(Some(status)), ErrorType::Status(status))))
}
