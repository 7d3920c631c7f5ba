//! What this service counts beside its messages and its database's operations.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::fleet::Count;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "label values are lower-case")]
enum State {
    waiting,
    driving,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "label values are lower-case")]
enum Reason {
    duplicate,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: Reason,
}

/// Orders, trips and positions. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Orders that wait for a van.
    pub orders_waiting: Gauge,
    /// Trips that were stored.
    pub trips_started: Counter,
    /// Trips whose van came back.
    pub trips_completed: Counter,
    /// Positions that the queue has confirmed.
    pub positions_published: Counter,
    /// Positions that were given up because the queue was away for too long.
    pub positions_dropped: Counter,
    vehicles: Family<StateLabels, Gauge>,
    ignored: Family<ReasonLabels, Counter>,
}

impl Metrics {
    /// Registers them, every state and reason at 0.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        metrics.count(Count::default());
        metrics.ignore_duplicates(0);
        metrics.register_orders(registry);
        metrics.register_vehicles(registry);
        metrics
    }

    fn register_orders(&self, registry: &mut Registry) {
        registry.register(
            "simulator_orders_waiting",
            "Orders that wait for a van",
            self.orders_waiting.clone(),
        );
        registry.register(
            "simulator_orders_ignored",
            "Orders that came and were not taken, by reason",
            self.ignored.clone(),
        );
        registry.register(
            "vehicle_trips_started",
            "Trips that were stored and began",
            self.trips_started.clone(),
        );
        registry.register(
            "vehicle_trips_completed",
            "Trips whose van came back to the shop",
            self.trips_completed.clone(),
        );
    }

    fn register_vehicles(&self, registry: &mut Registry) {
        registry.register("vehicles", "Vans, by what they do", self.vehicles.clone());
        registry.register(
            "vehicle_positions_published",
            "Positions that the queue has confirmed",
            self.positions_published.clone(),
        );
        registry.register(
            "vehicle_positions_dropped",
            "Positions that were given up because the queue was away for too long",
            self.positions_dropped.clone(),
        );
    }

    /// Shows what the vans do.
    pub fn count(&self, count: Count) {
        for (state, vans) in [
            (State::waiting, count.waiting),
            (State::driving, count.driving),
        ] {
            self.vehicles
                .get_or_create(&StateLabels { state })
                .set(vans);
        }
    }

    /// Counts orders that were known already.
    pub fn ignore_duplicates(&self, orders: u64) {
        let labels = ReasonLabels {
            reason: Reason::duplicate,
        };
        self.ignored.get_or_create(&labels).inc_by(orders);
    }
}
