//! The writer's queue and commits.

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Orders that one commit may store, as buckets.
const BATCH_BUCKETS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// The writer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WriterMetrics {
    /// Orders and cancellations that wait to be stored.
    pub queue_depth: Gauge,
    /// How many may wait.
    pub queue_limit: Gauge,
    /// How many one commit stored.
    pub batch_size: Histogram,
}

impl WriterMetrics {
    /// Registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            queue_depth: Gauge::default(),
            queue_limit: Gauge::default(),
            batch_size: Histogram::new(BATCH_BUCKETS),
        };
        registry.register(
            "pizza_order_writer_queue_depth",
            "Orders and cancellations that wait to be stored",
            metrics.queue_depth.clone(),
        );
        registry.register(
            "pizza_order_writer_queue_limit",
            "Orders and cancellations that may wait to be stored",
            metrics.queue_limit.clone(),
        );
        registry.register(
            "pizza_order_writer_batch_size",
            "Orders and cancellations stored by one commit",
            metrics.batch_size.clone(),
        );
        metrics
    }
}
