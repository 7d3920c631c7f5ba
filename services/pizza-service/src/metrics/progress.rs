//! Orders on their way.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// From placed to delivered, seconds. Alerts' thresholds lie on edges.
const DELIVERY_BUCKETS: [f64; 11] = [
    1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct IgnoredLabels {
    reason: &'static str,
}

/// What this service was told about an order in vain.
#[derive(Clone, Debug)]
pub struct Ignored {
    /// There is no such order.
    pub unknown_order: Counter,
    /// The order had come so far already.
    pub repeated: Counter,
    /// The order was cancelled, too late to be kept from its way.
    pub cancelled: Counter,
}

/// Orders on their way. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ProgressMetrics {
    /// Orders that are no longer waiting to be dispatched: one that is said to be delivered first
    /// counts as dispatched with it.
    pub dispatched: Counter,
    /// Orders that were delivered.
    pub delivered: Counter,
    /// How long that took.
    pub delivery: Histogram,
    /// What was told in vain.
    pub ignored: Ignored,
}

impl ProgressMetrics {
    /// Registers them, every reason at 0.
    pub fn register(registry: &mut Registry) -> Self {
        let ignored = Family::<IgnoredLabels, Counter>::default();
        let of = |reason| ignored.get_or_create_owned(&IgnoredLabels { reason });
        let metrics = Self {
            dispatched: Counter::default(),
            delivered: Counter::default(),
            delivery: Histogram::new(DELIVERY_BUCKETS),
            ignored: Ignored {
                unknown_order: of("unknown_order"),
                repeated: of("repeated"),
                cancelled: of("cancelled"),
            },
        };
        registry.register(
            "pizza_orders_dispatched",
            "Orders that left on a van",
            metrics.dispatched.clone(),
        );
        registry.register(
            "pizza_orders_delivered",
            "Orders that reached their customers",
            metrics.delivered.clone(),
        );
        registry.register_with_unit(
            "pizza_order_delivery_duration",
            "Time from placing an order to its delivery",
            Unit::Seconds,
            metrics.delivery.clone(),
        );
        registry.register(
            "pizza_events_ignored",
            "Steps of orders that were told in vain, by reason",
            ignored,
        );
        metrics
    }
}
