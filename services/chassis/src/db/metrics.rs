//! `db_client_*`, after the OpenTelemetry semantic conventions.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::telemetry::DURATION_BUCKETS;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OperationLabels {
    db_system_name: &'static str,
    db_operation_name: &'static str,
    error_type: &'static str,
}

type Durations = Family<OperationLabels, Histogram, fn() -> Histogram>;

/// How long operations take, those that fail apart.
#[derive(Clone, Debug)]
pub(super) struct Operations {
    known: Arc<[(&'static str, Histogram, Histogram)]>,
}

impl Operations {
    pub(super) fn register(
        registry: &mut Registry,
        system: &'static str,
        names: &[&'static str],
    ) -> Self {
        let family = Durations::new_with_constructor(|| Histogram::new(DURATION_BUCKETS));
        let of = |name, error_type| {
            family.get_or_create_owned(&OperationLabels {
                db_system_name: system,
                db_operation_name: name,
                error_type,
            })
        };
        let known = names
            .iter()
            .map(|name| (*name, of(name, ""), of(name, "failed")))
            .collect();
        registry.register_with_unit(
            "db_client_operation_duration",
            "Duration of database operations",
            Unit::Seconds,
            family.clone(),
        );
        Self { known }
    }

    pub(super) fn record(&self, name: &'static str, failed: bool, seconds: f64) {
        // Operations are registered where the store is opened; another name is a bug that the
        // store's own tests see, and no reason to fail a customer's order.
        let known = self.known.iter().find(|operation| operation.0 == name);
        debug_assert!(known.is_some(), "the operation {name} was not registered");
        if let Some((_, good, bad)) = known {
            if failed { bad } else { good }.observe(seconds);
        }
    }
}

/// `db_client_connections{state}`, read from the pool at each scrape.
pub(super) struct Connections<D: sqlx::Database>(sqlx::Pool<D>);

impl<D: sqlx::Database> Connections<D> {
    pub(super) fn register(registry: &mut Registry, pool: sqlx::Pool<D>) {
        registry.register_collector(Box::new(Self(pool)));
    }
}

impl<D: sqlx::Database> fmt::Debug for Connections<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}

impl<D: sqlx::Database> Collector for Connections<D> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let idle = self.0.num_idle() as u64;
        let used = u64::from(self.0.size()).saturating_sub(idle);
        let mut family = encoder.encode_descriptor(
            "db_client_connections",
            "Connections of the pool, by state",
            None,
            MetricType::Gauge,
        )?;
        for (state, count) in [("idle", idle), ("used", used)] {
            ConstGauge::new(count).encode(family.encode_family(&[("state", state)])?)?;
        }
        let most = u64::from(self.0.options().get_max_connections());
        ConstGauge::new(most).encode(encoder.encode_descriptor(
            "db_client_connections_max",
            "Connections that the pool may have",
            None,
            MetricType::Gauge,
        )?)
    }
}
