//! Links between traces: work that is done for several requests at once, or later on, belongs to
//! none of their traces and names all of them.

use opentelemetry::Context;
use opentelemetry::trace::{
    Link, SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// A sampled span, to be linked to from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceLink(SpanContext);

impl TraceLink {
    /// The span that is current, if it is sampled.
    pub fn current() -> Option<Self> {
        Context::map_current(Self::of)
    }

    /// The span of a context, if it is sampled.
    pub fn of(context: &Context) -> Option<Self> {
        let span = context.span();
        let ids = span.span_context();
        (ids.is_valid() && ids.is_sampled()).then(|| Self(ids.clone()))
    }

    /// The span that a W3C `traceparent` names, if it is sampled. Something broken names none.
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let version = hexadecimal(parts.next()?, 2)?;
        let trace = hexadecimal(parts.next()?, 32)?;
        let span = hexadecimal(parts.next()?, 16)?;
        let flags = hexadecimal(parts.next()?, 2)?;
        // A later version may say more; this one may not.
        if version == "ff" || (version == "00" && parts.next().is_some()) {
            return None;
        }
        let ids = SpanContext::new(
            TraceId::from_hex(trace).ok()?,
            SpanId::from_hex(span).ok()?,
            TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED,
            true,
            TraceState::default(),
        );
        (ids.is_valid() && ids.is_sampled()).then_some(Self(ids))
    }

    /// Adds the link to a span.
    pub fn add_to(&self, span: &Span) {
        span.add_link(self.0.clone());
    }

    /// Makes the span the parent of another one, across processes.
    pub fn adopt(&self, child: &Span) {
        // Fails where spans go nowhere.
        let _ = child.set_parent(self.as_parent());
    }

    /// The link, for a span that is made with OpenTelemetry's own interface.
    pub fn as_link(&self) -> Link {
        Link::with_context(self.0.clone())
    }

    /// A context in which the span is the parent of what is made.
    pub fn as_parent(&self) -> Context {
        Context::new().with_remote_span_context(self.0.clone())
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

/// A part of so many digits, lower-case ones as the W3C has it.
fn hexadecimal(part: &str, digits: usize) -> Option<&str> {
    let is_digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    (part.len() == digits && part.bytes().all(is_digit)).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

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
        assert_eq!(TraceLink(ids(TraceFlags::SAMPLED)).traceparent(), SAMPLED);
    }

    #[test]
    fn a_traceparent_is_read_as_it_was_written() {
        let link = TraceLink(ids(TraceFlags::SAMPLED));
        assert_eq!(TraceLink::parse(SAMPLED), Some(link.clone()));
        let later = format!("01{}-what-may-come", &SAMPLED[2..]);
        assert_eq!(TraceLink::parse(&later), Some(link));
    }

    #[test]
    fn what_is_broken_or_not_sampled_names_no_span() {
        for bad in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b71692033311-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-+1",
            "00-äf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceLink::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_a_sampled_span_is_linked_to() {
        assert_eq!(TraceLink::current(), None);
        for (flags, linked) in [(TraceFlags::SAMPLED, true), (TraceFlags::default(), false)] {
            let context = Context::new().with_remote_span_context(ids(flags));
            let _current = context.attach();
            assert_eq!(TraceLink::current().is_some(), linked);
        }
    }
}
