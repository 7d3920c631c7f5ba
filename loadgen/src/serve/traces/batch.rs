//! Spans of one sender that came together, kept as they came over the wire: a tenth of what they are
//! once taken apart.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message as _;

use super::summary::Part;
use super::{TraceId, Wanted};

/// Spans of one sender.
#[derive(Debug)]
pub(super) struct Batch {
    encoded: Vec<u8>,
    service: String,
    /// By trace.
    parts: Box<[Part]>,
    spans: usize,
    /// When the first and the last of them began, nanoseconds since 1970.
    starts: (u64, u64),
}

impl Batch {
    pub(super) fn new(spans: &ResourceSpans) -> Self {
        let each = || spans.scope_spans.iter().flat_map(|scope| &scope.spans);
        let starts = || each().map(|span| span.start_time_unix_nano);
        Self {
            encoded: spans.encode_to_vec(),
            service: service(spans).unwrap_or_default().to_owned(),
            parts: Part::of(each()),
            spans: each().count(),
            starts: (
                starts().min().unwrap_or_default(),
                starts().max().unwrap_or_default(),
            ),
        }
    }

    /// What it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.encoded.capacity()
            + self.service.capacity()
            + size_of_val::<[Part]>(&self.parts)
            + self.parts.iter().map(Part::bytes).sum::<usize>()
    }

    pub(super) const fn spans(&self) -> usize {
        self.spans
    }

    /// Whether a look into it may be worth while.
    pub(super) fn may_have(&self, wanted: &Wanted) -> bool {
        let (first, last) = self.starts;
        self.spans > 0
            && first < wanted.to
            && last >= wanted.from
            && wanted
                .service
                .as_ref()
                .is_none_or(|service| *service == self.service)
    }

    pub(super) fn has_trace(&self, id: &TraceId) -> bool {
        self.parts.binary_search_by_key(id, |part| part.id).is_ok()
    }

    /// What it has of each trace.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Who sent it.
    pub(super) fn service(&self) -> &str {
        &self.service
    }

    /// The spans for which `keep` holds, with what they say about their sender.
    pub(super) fn read(&self, keep: impl Fn(&Span) -> bool) -> Option<ResourceSpans> {
        // It was encoded here: there is nothing in it that cannot be read.
        let mut spans = ResourceSpans::decode(self.encoded.as_slice()).ok()?;
        for scope in &mut spans.scope_spans {
            scope.spans.retain(&keep);
        }
        spans.scope_spans.retain(|scope| !scope.spans.is_empty());
        (!spans.scope_spans.is_empty()).then_some(spans)
    }
}

/// What the sender calls itself.
fn service(spans: &ResourceSpans) -> Option<&str> {
    let attributes = &spans.resource.as_ref()?.attributes;
    let name = attributes.iter().find(|one| one.key == "service.name")?;
    match name.value.as_ref()?.value.as_ref()? {
        Value::StringValue(name) => Some(name),
        _ => None,
    }
}
