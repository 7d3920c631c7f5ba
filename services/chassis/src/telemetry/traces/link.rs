//! Links between traces: work that is done for several requests at once, or later on, belongs to
//! none of their traces and names all of them.

use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// A sampled span, to be linked to from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceLink(SpanContext);

impl TraceLink {
    /// The span that is current, if it is sampled.
    pub fn current() -> Option<Self> {
        opentelemetry::Context::map_current(|context| {
            let span = context.span();
            let ids = span.span_context();
            (ids.is_valid() && ids.is_sampled()).then(|| Self(ids.clone()))
        })
    }

    /// Adds the link to a span.
    pub fn add_to(&self, span: &Span) {
        span.add_link(self.0.clone());
    }

    /// The W3C `traceparent` of the span, for work that outlives the process.
    pub fn traceparent(&self) -> String {
        format!(
            "00-{}-{}-{:02x}",
            self.0.trace_id(),
            self.0.span_id(),
            self.0.trace_flags()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};

    fn ids(flags: TraceFlags) -> SpanContext {
        SpanContext::new(
            TraceId::from(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c),
            SpanId::from(0xb7ad_6b71_6920_3331),
            flags,
            true,
            TraceState::default(),
        )
    }

    #[test]
    fn a_traceparent_is_as_the_w3c_spells_it() {
        assert_eq!(
            TraceLink(ids(TraceFlags::SAMPLED)).traceparent(),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        );
    }

    #[test]
    fn only_a_sampled_span_is_linked_to() {
        assert_eq!(TraceLink::current(), None);
        for (flags, linked) in [(TraceFlags::SAMPLED, true), (TraceFlags::default(), false)] {
            let context = opentelemetry::Context::new().with_remote_span_context(ids(flags));
            let _current = context.attach();
            assert_eq!(TraceLink::current().is_some(), linked);
        }
    }
}
