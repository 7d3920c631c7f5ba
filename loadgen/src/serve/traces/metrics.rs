//! How full the ring of traces is.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// What came in, and what is kept of it.
#[derive(Clone, Debug, Default)]
pub struct TraceMetrics {
    spans: Counter,
    kept: Gauge,
    limit: Gauge,
}

impl TraceMetrics {
    /// Registers the metrics.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "loadgen_spans_received",
            "Spans that came in by OTLP",
            metrics.spans.clone(),
        );
        registry.register_with_unit(
            "loadgen_traces_kept",
            "Memory that the traces take which are kept",
            Unit::Bytes,
            metrics.kept.clone(),
        );
        registry.register_with_unit(
            "loadgen_traces_kept_limit",
            "Memory that the traces may take which are kept",
            Unit::Bytes,
            metrics.limit.clone(),
        );
        metrics
    }

    pub(super) fn limit(&self, bytes: usize) {
        self.limit.set(bytes.try_into().unwrap_or(i64::MAX));
    }

    pub(super) fn received(&self, spans: usize, kept: usize) {
        self.spans.inc_by(spans as u64);
        self.kept.set(kept.try_into().unwrap_or(i64::MAX));
    }
}
