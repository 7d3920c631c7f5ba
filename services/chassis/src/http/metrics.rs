//! `http_server_*`, after the OpenTelemetry semantic conventions.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::exemplar::HistogramWithExemplars;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use utoipa::openapi::OpenApi;

use crate::faults::Faults;
use crate::telemetry::DURATION_BUCKETS;

mod active;
mod declared;

use active::ActiveRequests;

/// The exemplar's label: which trace.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct TraceLabel {
    /// 32 hexadecimal digits.
    pub trace_id: String,
}

/// A histogram of seconds.
pub type Durations = HistogramWithExemplars<TraceLabel>;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields are the labels' names"
)]
struct RequestLabels {
    http_request_method: &'static str,
    http_route: String,
    http_response_status_code: u16,
}

/// Why a request was refused before its handler.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(super) enum Rejection {
    /// One client's share is used up.
    RateLimited,
    /// As many requests as allowed are running.
    Overloaded,
}

impl EncodeLabelValue for Rejection {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        match self {
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
        }
        .encode(encoder)
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RejectionLabels {
    reason: Rejection,
}

type Requests = Family<RequestLabels, Durations, fn() -> Durations>;

/// Since when there are series of the answers that an API declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// From the start, at 0: `increase()` sees a route's very first answer.
    AtOnce,
    /// From a route's first request: for an API most of whose routes go unused for days. Only the first
    /// answer of each route is then missing in `increase()`.
    WhenUsed,
}

/// The answers that one route can give, so that a request finds its histogram without building
/// labels.
#[derive(Debug, Default)]
struct Answers {
    declared: Vec<(&'static str, StatusCode)>,
    durations: OnceLock<Vec<Durations>>,
}

impl Answers {
    /// The series of one answer, if it is declared. All of the route's exist from then on.
    fn find(
        &self,
        (method, route, status): (&'static str, &str, StatusCode),
        requests: &Requests,
    ) -> Option<&Durations> {
        let all = self.series(route, requests);
        let place = self.declared.iter().position(|a| *a == (method, status))?;
        all.get(place)
    }

    fn series(&self, route: &str, requests: &Requests) -> &[Durations] {
        self.durations.get_or_init(|| {
            let declared = self.declared.iter();
            let labels = declared.map(|(method, status)| labels(method, route, *status));
            labels
                .map(|labels| requests.get_or_create_owned(&labels))
                .collect()
        })
    }
}

/// One API's request metrics. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpMetrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    declared: HashMap<String, Answers>,
    requests: Requests,
    rejections: Family<RejectionLabels, Counter>,
    active: ActiveRequests,
    limit: Gauge,
    exemplars: bool,
}

fn durations() -> Durations {
    HistogramWithExemplars::new(DURATION_BUCKETS.into_iter())
}

impl HttpMetrics {
    /// Registers the metrics, with a series for every method, route and status that the API declares.
    /// `exemplars`: whether sampled traces go anywhere.
    pub fn register(
        registry: &mut Registry,
        api: &OpenApi,
        declared: Declared,
        exemplars: bool,
    ) -> Self {
        let metrics = Inner::new(api, declared, exemplars);
        registry.register_with_unit(
            "http_server_request_duration",
            "Duration of HTTP server requests",
            Unit::Seconds,
            metrics.requests.clone(),
        );
        registry.register(
            "http_server_active_requests",
            "Requests being worked on",
            metrics.active.clone(),
        );
        registry.register(
            "http_server_active_requests_limit",
            "Requests that may be worked on at once",
            metrics.limit.clone(),
        );
        registry.register(
            "http_server_requests_rejected",
            "Requests refused before their handler, by reason",
            metrics.rejections.clone(),
        );
        Self(Arc::new(metrics))
    }

    /// How many requests may be worked on at once.
    pub(super) fn limit(&self, most: u32) {
        self.0.limit.set(i64::from(most));
    }

    /// What is measured can be broken too.
    pub(super) fn break_with(&self, faults: &Faults) {
        self.0.active.break_with(faults);
    }

    /// One more request is worked on.
    pub(super) fn begin(&self) {
        self.0.active.now().inc();
    }

    /// One less is.
    pub(super) fn end(&self) {
        self.0.active.now().dec();
    }

    /// Counts one request. `route` is the pattern, never the path; empty where none matched, and so it
    /// is counted where none has the method. `trace_id` only of a sampled trace.
    pub(super) fn record(
        &self,
        method: &Method,
        route: &str,
        status: StatusCode,
        took: Duration,
        trace_id: Option<String>,
    ) {
        let exemplar = trace_id
            .filter(|_| self.0.exemplars)
            .map(|trace_id| TraceLabel { trace_id });
        let now = exemplar.as_ref().map(|_| SystemTime::now());
        let method = known_method(method);
        let route = if status == StatusCode::METHOD_NOT_ALLOWED {
            ""
        } else {
            route
        };
        let seconds = took.as_secs_f64();
        let requests = &self.0.requests;
        let answers = self.0.declared.get(route);
        match answers.and_then(|answers| answers.find((method, route, status), requests)) {
            Some(durations) => durations.observe(seconds, exemplar, now),
            None => requests
                .get_or_create_owned(&labels(method, route, status))
                .observe(seconds, exemplar, now),
        }
    }

    pub(super) fn reject(&self, reason: Rejection) {
        self.0
            .rejections
            .get_or_create(&RejectionLabels { reason })
            .inc();
    }
}

impl Inner {
    fn new(api: &OpenApi, since: Declared, exemplars: bool) -> Self {
        let requests = Requests::new_with_constructor(durations);
        let mut declared: HashMap<String, Answers> = HashMap::new();
        for (method, route, status) in declared::answers(api) {
            let answers = declared.entry(route).or_default();
            answers.declared.push((method, status));
        }
        if since == Declared::AtOnce {
            for (route, answers) in &declared {
                answers.series(route, &requests);
            }
        }
        let rejections = Family::<RejectionLabels, Counter>::default();
        for reason in [Rejection::RateLimited, Rejection::Overloaded] {
            drop(rejections.get_or_create(&RejectionLabels { reason }));
        }
        Self {
            declared,
            requests,
            rejections,
            active: ActiveRequests::default(),
            limit: Gauge::default(),
            exemplars,
        }
    }
}

fn labels(method: &'static str, route: &str, status: StatusCode) -> RequestLabels {
    RequestLabels {
        http_request_method: method,
        http_route: route.to_owned(),
        http_response_status_code: status.as_u16(),
    }
}

/// A method outside the well-known ones is `_OTHER`, as the conventions say: a client cannot make
/// up label values.
pub(super) fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "_OTHER",
    }
}
