//! What waits. Ages are counted at the scrape: they go on rising while the database does not answer.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Registry, Unit};
use time::OffsetDateTime;

use crate::store::{Counts, Oldest};

/// What waits. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct BacklogMetrics {
    open: Gauge,
    unpublished: Gauge,
    oldest: Arc<Mutex<Oldest>>,
}

impl BacklogMetrics {
    /// Registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "pizza_orders_open",
            "Orders that are neither delivered nor cancelled",
            metrics.open.clone(),
        );
        registry.register(
            "pizza_outbox_pending",
            "Events that wait for the queue",
            metrics.unpublished.clone(),
        );
        registry.register_collector(Box::new(Ages(Arc::clone(&metrics.oldest))));
        metrics
    }

    /// Shows new counts.
    pub fn set_counts(&self, counts: Counts) {
        let shown = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.open.set(shown(counts.open));
        self.unpublished.set(shown(counts.unpublished));
    }

    /// Shows the ages of these from now on.
    pub fn set_oldest(&self, oldest: Oldest) {
        *self.oldest.lock() = oldest;
    }
}

#[derive(Debug)]
struct Ages(Arc<Mutex<Oldest>>);

impl Collector for Ages {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let oldest = *self.0.lock();
        for (name, help, since) in [
            (
                "pizza_oldest_open_order_age",
                "Age of the oldest order that is neither delivered nor cancelled; 0 for none",
                oldest.open,
            ),
            (
                "pizza_outbox_oldest_age",
                "Age of the order whose event waits longest for the queue; 0 for none",
                oldest.unpublished,
            ),
        ] {
            let gauge = ConstGauge::new(age_seconds(since));
            gauge.encode(encoder.encode_descriptor(
                name,
                help,
                Some(&Unit::Seconds),
                MetricType::Gauge,
            )?)?;
        }
        Ok(())
    }
}

fn age_seconds(since: Option<OffsetDateTime>) -> f64 {
    since.map_or(0.0, |moment| {
        (OffsetDateTime::now_utc() - moment)
            .as_seconds_f64()
            .max(0.0)
    })
}
