//! A request's place in a trace.
//!
//! The server span is made with OpenTelemetry's own interface and not as a `tracing` span: the
//! sampler decides first, and a request that it decides against costs two random numbers. Spans
//! that a handler makes with `tracing` become its children, as the context is current.

use http::{HeaderMap, HeaderName, StatusCode};
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_semantic_conventions::trace as key;

/// Begins the server span. The client's trace goes on where it sent one.
pub(super) fn begin(
    tracer: &BoxedTracer,
    method: &'static str,
    route: &str,
    headers: &HeaderMap,
) -> Context {
    let parent = parent(headers);
    let builder = SpanBuilder::from_name("request").with_kind(SpanKind::Server);
    let mut span = tracer.build_with_context(builder, &parent);
    if !span.is_recording() {
        // Its ids are all that is needed of it.
        return parent.with_remote_span_context(span.span_context().clone());
    }
    span.update_name(format!("{method} {route}"));
    span.set_attribute(KeyValue::new(key::HTTP_REQUEST_METHOD, method));
    span.set_attribute(KeyValue::new(key::HTTP_ROUTE, route.to_owned()));
    parent.with_span(span)
}

/// Ends the server span.
pub(super) fn end(context: &Context, status: StatusCode, error_code: Option<&'static str>) {
    let span = context.span();
    if !span.is_recording() {
        return;
    }
    let code = i64::from(status.as_u16());
    span.set_attribute(KeyValue::new(key::HTTP_RESPONSE_STATUS_CODE, code));
    if status.is_server_error() {
        let kind = error_code.unwrap_or("server_error");
        span.set_attribute(KeyValue::new(key::ERROR_TYPE, kind));
        span.set_status(Status::error(""));
    }
    span.end();
}

/// The trace's id, if it is exported.
pub(super) fn sampled_id(context: &Context) -> Option<String> {
    let span = context.span();
    let ids = span.span_context();
    (ids.is_valid() && ids.is_sampled()).then(|| ids.trace_id().to_string())
}

fn parent(headers: &HeaderMap) -> Context {
    let none = Context::new();
    if !headers.contains_key("traceparent") {
        return none;
    }
    global::get_text_map_propagator(|w3c| w3c.extract_with_context(&none, &Headers(headers)))
}

/// Request headers, as the propagator reads them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
