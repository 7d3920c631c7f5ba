//! One call, as telemetry sees it: a client span, the headers that carry the trace on, and the
//! metrics.

use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use opentelemetry::global;
use opentelemetry::propagation::Injector;
use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_semantic_conventions::trace as key;

use super::CallError;
use super::metrics::{ClientMetrics, Code, ErrorType};
use crate::telemetry::traces;

/// A call that is under way. Dropped before its end means that nobody waited for the answer: a
/// neighbour that hangs must not be missing from the metrics because its callers gave up.
#[derive(Debug)]
pub(super) struct Call {
    metrics: ClientMetrics,
    neighbour: &'static str,
    method: Method,
    start: Instant,
    context: Context,
    status: Option<StatusCode>,
    end: ErrorType,
}

impl Call {
    /// Begins the client span, a child of the current one.
    pub(super) fn begin(
        metrics: &ClientMetrics,
        neighbour: &'static str,
        method: &Method,
        route: &'static str,
    ) -> Self {
        Self {
            metrics: metrics.clone(),
            neighbour,
            method: method.clone(),
            start: Instant::now(),
            context: span(neighbour, method, route),
            status: None,
            end: ErrorType::Cancelled,
        }
    }

    /// The headers that carry the trace to the neighbour.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        global::get_text_map_propagator(|w3c| {
            w3c.inject_context(&self.context, &mut Headers(&mut headers));
        });
        headers
    }

    /// The neighbour has answered with this status.
    pub(super) const fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
    }

    /// Reports how the call ended.
    pub(super) fn end(mut self, error: Option<&CallError>) {
        self.end = error.map_or(ErrorType::None, ErrorType::of);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let status = match self.end {
            // A body that broke: the answer is not whole.
            ErrorType::Cancelled | ErrorType::Timeout | ErrorType::Unreachable => None,
            ErrorType::None | ErrorType::Unreadable | ErrorType::Status(_) => self.status,
        };
        let (code, took) = (Code(status), self.start.elapsed());
        self.metrics
            .record(&self.method, self.neighbour, code, self.end, took);
        end_span(&self.context, status, self.end);
    }
}

/// The context of the call: with a span of its own where the trace is recorded, and otherwise as it
/// is, since the ids alone are all that the neighbour needs then.
fn span(neighbour: &'static str, method: &Method, route: &'static str) -> Context {
    let parent = Context::current();
    if !traces::is_recorded() {
        return parent;
    }
    let builder = SpanBuilder::from_name(format!("{method} {route}"))
        .with_kind(SpanKind::Client)
        .with_attributes([
            KeyValue::new(key::HTTP_REQUEST_METHOD, method.to_string()),
            KeyValue::new(key::SERVER_ADDRESS, neighbour),
            KeyValue::new(key::URL_TEMPLATE, route),
        ]);
    let span = global::tracer("chassis").build_with_context(builder, &parent);
    parent.with_span(span)
}

fn end_span(context: &Context, status: Option<StatusCode>, end: ErrorType) {
    let span = context.span();
    if let Some(status) = status {
        let code = i64::from(status.as_u16());
        span.set_attribute(KeyValue::new(key::HTTP_RESPONSE_STATUS_CODE, code));
    }
    if end != ErrorType::None {
        span.set_attribute(KeyValue::new(key::ERROR_TYPE, end.as_str().to_owned()));
        span.set_status(Status::error(""));
    }
    span.end();
}

/// Request headers, as the propagator writes them.
struct Headers<'a>(&'a mut HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        // The propagator's names and values are valid; a header less would fail no request.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
