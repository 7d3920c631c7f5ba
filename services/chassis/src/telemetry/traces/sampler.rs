//! Which traces are recorded: all of them on an everyday, and so many a second in a flood, when what
//! a span costs would be missed by the customers. A trace that began elsewhere was decided there.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use opentelemetry::trace::{Link, SpanKind, TraceContextExt as _, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, SamplingResult, ShouldSample};

/// The SDK reads it. Who sets it knows better.
const CHOSEN: &str = "OTEL_TRACES_SAMPLER";

/// The sampler that begins at most so many traces a second; nothing where the SDK's own is to decide.
pub(super) fn bounded(per_second: u32) -> Option<Sampler> {
    let is_chosen = std::env::var_os(CHOSEN).is_some_and(|name| !name.is_empty());
    let most = NonZeroU32::new(per_second).filter(|_| !is_chosen)?;
    Some(Sampler::ParentBased(Box::new(AtMost::new(most))))
}

/// At most so many new traces a second.
#[derive(Clone, Debug)]
struct AtMost(Arc<DefaultDirectRateLimiter>);

impl AtMost {
    fn new(per_second: NonZeroU32) -> Self {
        Self(Arc::new(RateLimiter::direct(Quota::per_second(per_second))))
    }
}

impl ShouldSample for AtMost {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let decision = match self.0.check() {
            Ok(()) => SamplingDecision::RecordAndSample,
            Err(_) => SamplingDecision::Drop,
        };
        let state = parent.map(|parent| parent.span().span_context().trace_state().clone());
        SamplingResult {
            decision,
            attributes: Vec::new(),
            trace_state: state.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceState};

    use super::*;

    fn sampled(sampler: &dyn ShouldSample, parent: Option<&Context>) -> bool {
        let (id, kind) = (TraceId::from(1), SpanKind::Server);
        let result = sampler.should_sample(parent, id, "request", &kind, &[], &[]);
        result.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn a_flood_begins_few_traces_and_goes_on_with_all_that_were_begun() {
        let most = NonZeroU32::new(5).expect("more than none");
        let sampler = Sampler::ParentBased(Box::new(AtMost::new(most)));
        let begun = (0..1000).filter(|_| sampled(&sampler, None)).count();
        // However slow this machine is, it does not take a second for each.
        assert!((5..500).contains(&begun), "{begun}");
        let parent = SpanContext::new(
            TraceId::from(1),
            SpanId::from(1),
            TraceFlags::SAMPLED,
            true,
            TraceState::default(),
        );
        let parent = Context::new().with_remote_span_context(parent);
        assert!((0..1000).all(|_| sampled(&sampler, Some(&parent))));
    }
}
