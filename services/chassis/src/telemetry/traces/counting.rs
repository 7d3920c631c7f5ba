//! Counts spans that were exported, and spans that were not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ExportLabels {
    error_type: &'static str,
}

/// `otel_sdk_exporter_span_exported_total`, after the OpenTelemetry SDK metrics conventions.
#[derive(Clone, Debug)]
pub(super) struct Exports {
    sent: Counter,
    failed: Counter,
}

impl Exports {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let family = Family::<ExportLabels, Counter>::default();
        let of = |error_type| family.get_or_create_owned(&ExportLabels { error_type });
        let exports = Self {
            sent: of(""),
            failed: of("export_failed"),
        };
        registry.register(
            "otel_sdk_exporter_span_exported",
            "Spans whose export has ended, by error type; empty for success",
            family,
        );
        exports
    }
}

/// An exporter that counts what another one does, and says when it stops working.
#[derive(Debug)]
pub(super) struct Counting<E> {
    inner: E,
    exports: Exports,
    failing: AtomicBool,
    ending: Arc<AtomicBool>,
}

impl<E> Counting<E> {
    /// `ending` is set once the process is about to end.
    pub(super) const fn new(inner: E, exports: Exports, ending: Arc<AtomicBool>) -> Self {
        Self {
            inner,
            exports,
            failing: AtomicBool::new(false),
            ending,
        }
    }

    /// Says when it begins to fail and when that is over, not with each batch.
    fn tell(&self, result: &OTelSdkResult) {
        let failed_before = self.failing.swap(result.is_err(), Ordering::Relaxed);
        // At the end it is no news: whoever takes the spans may have ended before us.
        let is_ending = self.ending.load(Ordering::Relaxed);
        match result {
            Err(error) if is_ending => tracing::info!(%error, "spans cannot be exported"),
            Err(error) if !failed_before => tracing::warn!(%error, "spans cannot be exported"),
            Ok(()) if failed_before => tracing::info!("spans are exported again"),
            _ => {}
        }
    }
}

impl<E: SpanExporter> SpanExporter for Counting<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let result = self.inner.export(batch).await;
        let counter = if result.is_ok() {
            &self.exports.sent
        } else {
            &self.exports.failed
        };
        counter.inc_by(spans);
        self.tell(&result);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}
