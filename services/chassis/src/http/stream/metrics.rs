//! How many listen, and how many read too slowly.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The clients of one kind of stream. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct StreamMetrics {
    /// Clients that listen.
    pub clients: Gauge,
    /// Clients that were dropped because they took too long to read.
    pub dropped: Counter,
}

impl StreamMetrics {
    /// Registers `NAME_clients` and `NAME_dropped_clients_total`; `what` says what is listened to.
    pub fn register(registry: &mut Registry, name: &str, what: &str) -> Self {
        let metrics = Self::default();
        registry.register(
            format!("{name}_clients"),
            format!("Clients that listen to {what}"),
            metrics.clients.clone(),
        );
        registry.register(
            format!("{name}_dropped_clients"),
            format!(
                "Clients that listened to {what} and were dropped because they read too slowly"
            ),
            metrics.dropped.clone(),
        );
        metrics
    }
}
