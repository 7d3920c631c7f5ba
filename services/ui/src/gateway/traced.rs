//! Which trace a request became, for whoever sent it.

use http::{HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;

/// W3C Trace Context, level 2.
pub(super) const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// `00-TRACE-SPAN-FLAGS` of the current request; none where its trace is not kept.
pub(super) fn response() -> Option<HeaderValue> {
    let context = Context::current();
    let span = context.span();
    let ids = span.span_context();
    if !ids.is_valid() || !ids.is_sampled() {
        return None;
    }
    let flags = ids.trace_flags().to_u8();
    let value = format!("00-{}-{}-{flags:02x}", ids.trace_id(), ids.span_id());
    HeaderValue::try_from(value).ok()
}
