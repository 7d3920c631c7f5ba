//! One look at every request: request id, trace, metrics, and the canonical log line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode};
use opentelemetry::Context;
use opentelemetry::global::BoxedTracer;

use super::metrics::{HttpMetrics, known_method};
use crate::problem::{Cause, ErrorCode};

mod outcome;
mod request_id;
mod trace;

pub use outcome::{Observer, Outcome};
pub use request_id::REQUEST_ID;

/// nginx's word for a client that left before the answer.
pub(super) const CLIENT_CLOSED_REQUEST: u16 = 499;

/// How much of a path that no route stands for is logged.
const LOGGED_PATH: usize = 100;

/// A field that a handler adds to its request's canonical log line, by way of the response's
/// extensions. Ids and counts; never what a customer typed.
#[derive(Clone, Debug)]
pub struct LogNote(pub String);

/// Where a request is reported.
#[derive(Debug)]
pub(super) struct Observe {
    pub(super) metrics: HttpMetrics,
    pub(super) observer: Observer,
    /// Where spans are made; none where requests leave no telemetry.
    pub(super) tracer: Option<BoxedTracer>,
}

/// A request that is being watched. Dropped before its end means that the client left.
pub(super) struct Watching {
    observe: Arc<Observe>,
    start: Instant,
    method: Method,
    route: Option<MatchedPath>,
    path: Option<String>,
    request_id: HeaderValue,
    context: Context,
    ended: bool,
}

/// What is said about a request once it is over.
struct End<'a> {
    status: StatusCode,
    error_code: Option<&'static str>,
    cause: Option<&'a str>,
    note: Option<&'a str>,
    took: Duration,
}

impl Watching {
    pub(super) fn begin(observe: Arc<Observe>, request: &Request) -> Self {
        let start = Instant::now();
        observe.metrics.begin();
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = known_method(request.method());
        let context = observe.tracer.as_ref().map_or_else(Context::new, |tracer| {
            let route = route.as_ref().map_or("", MatchedPath::as_str);
            trace::begin(tracer, method, route, request.headers())
        });
        Self {
            observe,
            start,
            method: request.method().clone(),
            // A raw path is the client's text: bounded, and only where no route stands for it.
            path: route
                .is_none()
                .then(|| request.uri().path().chars().take(LOGGED_PATH).collect()),
            route,
            request_id: request_id::of(request.headers()),
            context,
            ended: false,
        }
    }

    /// The request's trace, to be made current while it is worked on.
    pub(super) const fn context(&self) -> &Context {
        &self.context
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or("", MatchedPath::as_str)
    }

    /// Reports how the request ended, and puts its id on the answer.
    pub(super) fn end(mut self, response: &mut Response) {
        self.ended = true;
        let extensions = response.extensions();
        self.report(&End {
            status: response.status(),
            error_code: extensions.get::<ErrorCode>().map(|code| code.0),
            cause: extensions.get::<Cause>().map(|cause| cause.0.as_str()),
            note: extensions.get::<LogNote>().map(|note| note.0.as_str()),
            took: self.start.elapsed(),
        });
        response
            .headers_mut()
            .insert(REQUEST_ID, self.request_id.clone());
    }

    fn report(&self, end: &End<'_>) {
        self.observe.observer.tell(Outcome {
            method: &self.method,
            route: self.route(),
            status: end.status,
            error_code: end.error_code,
        });
        if self.observe.tracer.is_some() {
            self.observe.metrics.record(
                &self.method,
                self.route(),
                end.status,
                end.took,
                trace::sampled_id(&self.context),
            );
            self.log(end);
            trace::end(&self.context, end.status, end.error_code);
        }
    }

    fn log(&self, end: &End<'_>) {
        // The level is part of an event's static metadata, so each needs a line of its own.
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "request",
                    method = self.method.as_str(),
                    route = self.route(),
                    path = self.path.as_deref(),
                    status = end.status.as_u16(),
                    duration_ms = end.took.as_micros() as f64 / 1e3,
                    request_id = self.request_id.to_str().unwrap_or(""),
                    error_code = end.error_code,
                    cause = end.cause,
                    note = end.note,
                    "request"
                )
            };
        }
        if end.status.is_server_error() {
            line!(error);
        } else {
            line!(info);
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.observe.metrics.end();
        if !self.ended {
            // The future was dropped, and with it what made the context current.
            let _current = self.context.clone().attach();
            self.report(&End {
                status: StatusCode::from_u16(CLIENT_CLOSED_REQUEST).unwrap_or_default(),
                error_code: None,
                cause: None,
                note: None,
                took: self.start.elapsed(),
            });
        }
    }
}
