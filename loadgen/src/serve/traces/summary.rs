//! Traces in a line each: the request that began it, how long that took, what failed.

use std::cmp::Reverse;
use std::collections::HashMap;

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{TraceId, Traces};

/// Which traces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// The newest.
    #[default]
    Recent,
    /// Those whose first span took longest.
    Slow,
    /// The newest of those in which a span failed.
    Failed,
}

/// One trace.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Summary {
    /// 32 hexadecimal digits.
    #[schema(example = "0af7651916cd43dd8448eb211c80319c")]
    pub trace_id: String,
    /// The name of its first span.
    #[schema(example = "POST /orders")]
    pub name: String,
    /// Who made that one.
    #[schema(example = "pizza-service")]
    pub service: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub start: OffsetDateTime,
    /// How long its first span took. What the queue carries on may take much longer.
    pub duration_ms: f64,
    /// How many spans are kept of it.
    pub spans: u32,
    /// How many of them failed.
    pub errors: u32,
}

/// What one batch has of one trace.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) id: TraceId,
    spans: u32,
    errors: u32,
    root: Option<Root>,
}

#[derive(Clone, Debug)]
struct Root {
    name: Box<str>,
    /// Nanoseconds since 1970.
    start: u64,
    nanoseconds: u64,
}

impl Part {
    /// The parts that spans are, by trace.
    pub(super) fn of<'a>(spans: impl Iterator<Item = &'a Span>) -> Box<[Self]> {
        let mut parts: HashMap<TraceId, Self> = HashMap::new();
        for span in spans {
            let Ok(id) = span.trace_id.as_slice().try_into() else {
                continue;
            };
            let part = parts.entry(id).or_insert(Self {
                id,
                spans: 0,
                errors: 0,
                root: None,
            });
            part.add(span);
        }
        let mut parts: Vec<Self> = parts.into_values().collect();
        parts.sort_unstable_by_key(|part| part.id);
        parts.into()
    }

    fn add(&mut self, span: &Span) {
        let status = span.status.as_ref();
        let failed = status.is_some_and(|status| status.code() == StatusCode::Error);
        self.spans += 1;
        self.errors += u32::from(failed);
        // What a service does for itself, such as a batch that is written, is no request.
        if span.parent_span_id.is_empty() && span.kind() == SpanKind::Server {
            self.root = Some(Root {
                name: span.name.as_str().into(),
                start: span.start_time_unix_nano,
                nanoseconds: span
                    .end_time_unix_nano
                    .saturating_sub(span.start_time_unix_nano),
            });
        }
    }

    /// Bytes that it has elsewhere.
    pub(super) fn bytes(&self) -> usize {
        self.root.as_ref().map_or(0, |root| root.name.len())
    }
}

impl Traces {
    /// At most so many of the traces that a request began, as long as its span is still kept.
    pub fn summaries(&self, show: Show, limit: usize) -> Vec<Summary> {
        let mut all = self.gather();
        match show {
            Show::Recent => {}
            Show::Slow => all.sort_by_key(|found| Reverse(found.root.nanoseconds)),
            Show::Failed => all.retain(|found| found.errors > 0),
        }
        if show != Show::Slow {
            all.sort_by_key(|found| Reverse(found.root.start));
        }
        all.truncate(limit);
        all.into_iter().map(Gathered::summary).collect()
    }

    fn gather(&self) -> Vec<Gathered> {
        let mut traces: HashMap<TraceId, Gathering> = HashMap::new();
        for batch in self.batches(|_| true) {
            for part in batch.parts() {
                let trace = traces.entry(part.id).or_default();
                trace.spans += part.spans;
                trace.errors += part.errors;
                if let Some(root) = &part.root {
                    trace.begun = Some((root.clone(), batch.service().to_owned()));
                }
            }
        }
        let traces = traces.into_iter();
        traces
            .filter_map(|(id, trace)| trace.gathered(id))
            .collect()
    }
}

/// What was found of one trace so far.
#[derive(Default)]
struct Gathering {
    spans: u32,
    errors: u32,
    begun: Option<(Root, String)>,
}

impl Gathering {
    fn gathered(self, id: TraceId) -> Option<Gathered> {
        let (root, service) = self.begun?;
        Some(Gathered {
            id,
            spans: self.spans,
            errors: self.errors,
            root,
            service,
        })
    }
}

/// All that is kept of one trace.
struct Gathered {
    id: TraceId,
    spans: u32,
    errors: u32,
    root: Root,
    service: String,
}

impl Gathered {
    fn summary(self) -> Summary {
        let start = i128::from(self.root.start);
        Summary {
            trace_id: format!("{:032x}", u128::from_be_bytes(self.id)),
            name: self.root.name.into(),
            service: self.service,
            start: OffsetDateTime::from_unix_timestamp_nanos(start)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
            duration_ms: self.root.nanoseconds as f64 / 1e6,
            spans: self.spans,
            errors: self.errors,
        }
    }
}
