//! Traces as they come in, by OTLP over HTTP: kept for a while, so that an exemplar leads somewhere
//! and an incident can be looked at. No collector and no storage: the newest, by bytes, in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use parking_lot::Mutex;

mod batch;
pub mod body;
pub mod metrics;
pub mod routes;
pub mod summary;
pub mod untraced;

use batch::Batch;
use metrics::TraceMetrics;

/// An id of a trace.
pub type TraceId = [u8; 16];

/// The newest traces, by arrival.
#[derive(Debug)]
pub struct Traces {
    limit: usize,
    ring: Mutex<Ring>,
    metrics: TraceMetrics,
}

#[derive(Debug, Default)]
struct Ring {
    batches: VecDeque<Arc<Batch>>,
    bytes: usize,
}

/// Which spans are wanted. Times are nanoseconds since 1970 and go by the span's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Not before this.
    pub from: u64,
    /// Before this.
    pub to: u64,
    /// Of this service alone.
    pub service: Option<String>,
    /// At most so many spans: the newest arrivals.
    pub limit: usize,
}

/// Spans that were found, oldest arrival first.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The spans, as they were sent, by resource and scope.
    pub resource_spans: Vec<ResourceSpans>,
    /// How many more there are.
    pub left_off: usize,
}

impl Traces {
    /// Keeps at most `limit` bytes.
    pub fn new(limit: usize, metrics: TraceMetrics) -> Self {
        metrics.limit(limit);
        Self {
            limit,
            ring: Mutex::default(),
            metrics,
        }
    }

    /// Takes spans in; what came first makes room.
    pub fn put(&self, arrived: &[ResourceSpans]) {
        let batches: Vec<_> = arrived.iter().map(Batch::new).map(Arc::new).collect();
        let spans: usize = batches.iter().map(|batch| batch.spans()).sum();
        let mut ring = self.ring.lock();
        for batch in batches {
            ring.bytes += batch.bytes();
            ring.batches.push_back(batch);
        }
        while ring.bytes > self.limit
            && let Some(oldest) = ring.batches.pop_front()
        {
            ring.bytes -= oldest.bytes();
        }
        self.metrics.received(spans, ring.bytes);
    }

    /// The spans that are wanted, as far as they are still kept.
    pub fn find(&self, wanted: &Wanted) -> Found {
        let mut found = Found::default();
        let mut room = wanted.limit;
        for batch in self.batches(|batch| batch.may_have(wanted)).iter().rev() {
            let Some(mut spans) =
                batch.read(|span| (wanted.from..wanted.to).contains(&span.start_time_unix_nano))
            else {
                continue;
            };
            found.left_off += cut(&mut spans, &mut room);
            if !spans.scope_spans.is_empty() {
                found.resource_spans.push(spans);
            }
        }
        found.resource_spans.reverse();
        found
    }

    /// The whole trace, as far as it is still kept; nothing where none of it is.
    pub fn trace(&self, id: &TraceId) -> Option<Vec<ResourceSpans>> {
        let batches = self.batches(|batch| batch.has_trace(id));
        let spans = batches
            .iter()
            .filter_map(|batch| batch.read(|span| span.trace_id == id));
        Some(spans.collect::<Vec<_>>()).filter(|spans| !spans.is_empty())
    }

    /// What is kept goes on arriving meanwhile: the lock is not held while it is read.
    fn batches(&self, is_wanted: impl Fn(&Batch) -> bool) -> Vec<Arc<Batch>> {
        let ring = self.ring.lock();
        let wanted = ring.batches.iter().filter(|batch| is_wanted(batch));
        wanted.cloned().collect()
    }
}

/// Cuts the spans to what there is room for, and returns how many were cut.
fn cut(spans: &mut ResourceSpans, room: &mut usize) -> usize {
    let mut cut = 0;
    for scope in &mut spans.scope_spans {
        cut += scope.spans.len().saturating_sub(*room);
        scope.spans.truncate(*room);
        *room -= scope.spans.len();
    }
    spans.scope_spans.retain(|scope| !scope.spans.is_empty());
    cut
}

#[cfg(test)]
mod tests;
