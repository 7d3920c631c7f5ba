//! Traces by OTLP over HTTP. The sampler is `OTEL_TRACES_SAMPLER`'s, else all traces up to so many a
//! second; without an endpoint nothing is sampled, so that no exemplar points nowhere. Every request has a trace id all the same: its log
//! lines are found by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Context, global};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use prometheus_client::registry::Registry;

use crate::config::{Switch, TelemetryConfig};
use crate::error::BootError;

mod counting;
mod link;
mod sampler;
mod untraced;

pub use link::TraceLink;
pub use untraced::untraced;

/// How long one batch may take to be sent. It is also what a collector that never answers adds to
/// the end of the process.
const EXPORT_LIMIT: Duration = Duration::from_secs(3);

/// The process's tracer provider.
#[derive(Debug)]
pub struct Exporting {
    provider: SdkTracerProvider,
    service: &'static str,
    exports: bool,
    ending: Arc<AtomicBool>,
}

impl Exporting {
    /// Starts the exporter where an endpoint is configured, and the W3C propagator anyway.
    pub(super) fn start(
        service: &'static str,
        config: &TelemetryConfig,
        registry: &mut Registry,
    ) -> Result<Self, BootError> {
        global::set_text_map_propagator(TraceContextPropagator::new());
        let exports = counting::Exports::register(registry);
        let builder = SdkTracerProvider::builder().with_resource(
            Resource::builder()
                .with_service_name(service)
                .with_attribute(opentelemetry::KeyValue::new(
                    "service.version",
                    super::build::VERSION,
                ))
                .build(),
        );
        let on = config.request_telemetry == Switch::On;
        let ending = Arc::<AtomicBool>::default();
        let provider = match &config.otlp_endpoint {
            Some(endpoint) if on => {
                let exporter = SpanExporter::builder()
                    .with_http()
                    .with_endpoint(traces_url(endpoint))
                    .with_timeout(EXPORT_LIMIT)
                    .build()
                    .map_err(|error| BootError::Config {
                        key: "OTEL_EXPORTER_OTLP_ENDPOINT",
                        problem: error.to_string(),
                    })?;
                let builder = match sampler::bounded(config.traces_per_second) {
                    Some(sampler) => builder.with_sampler(sampler),
                    None => builder,
                };
                let exporter = counting::Counting::new(exporter, exports, ending.clone());
                builder.with_batch_exporter(exporter)
            }
            _ => builder.with_sampler(Sampler::AlwaysOff),
        }
        .build();
        global::set_tracer_provider(provider.clone());
        Ok(Self {
            provider,
            service,
            exports: on && config.otlp_endpoint.is_some(),
            ending,
        })
    }

    /// Whether spans go anywhere.
    pub const fn is_on(&self) -> bool {
        self.exports
    }

    /// The tracer of this service's spans.
    pub fn tracer(&self) -> SdkTracer {
        self.provider.tracer(self.service)
    }

    /// Sends what is left, then ends. Blocks; must not run on a runtime's thread. `force_flush`
    /// comes first because `shutdown` alone can report success with spans unsent.
    pub(super) fn flush(&self) {
        if !self.exports {
            return;
        }
        // Whoever takes the spans may have ended before us, and nobody can do anything about it.
        self.ending.store(true, Ordering::Relaxed);
        let ended = self
            .provider
            .force_flush()
            .and_then(|()| self.provider.shutdown_with_timeout(EXPORT_LIMIT));
        if let Err(error) = ended {
            tracing::info!(%error, "the last spans were not sent");
        }
    }
}

/// Whether a span that begins here could be exported: no sampler has said no to its trace. Making
/// a span is not cheap; where a request runs thousands of times a second, ask first.
pub fn is_recorded() -> bool {
    Context::map_current(|context| {
        let span = context.span();
        let parent = span.span_context();
        !parent.is_valid() || parent.is_sampled()
    })
}

/// The OTLP specification: the signal's path is appended to the base endpoint.
fn traces_url(base: &url::Url) -> String {
    format!("{}/v1/traces", base.as_str().trim_end_matches('/'))
}
