//! What this service counts beside its requests.

use chassis::http::observe::{Observer, Outcome};
use http::Method;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

mod backlog;
mod progress;
mod stickers;
mod writer;

pub use backlog::BacklogMetrics;
pub use progress::{Ignored, ProgressMetrics};
pub use stickers::StickerMetrics;
pub use writer::WriterMetrics;

/// The route whose failures are failed orders.
const PLACE: &str = "/orders";

/// Why an order failed that was not the customer's fault: the problem's code.
const REASONS: [&str; 7] = [
    "store_unavailable",
    "writer_full",
    "overloaded",
    "timeout",
    "internal_error",
    "unavailable",
    SERVER_ERROR,
];

/// The reason of an answer without a code of its own.
const SERVER_ERROR: &str = "server_error";

/// One of [`REASONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Reason(&'static str);

impl Reason {
    fn of(error_code: Option<&'static str>) -> Self {
        error_code
            .filter(|code| REASONS.contains(code))
            .map_or(Self(SERVER_ERROR), Self)
    }
}

impl EncodeLabelValue for Reason {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    reason: Reason,
}

/// Orders. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct OrderMetrics {
    /// Orders stored for the first time.
    pub created: Counter,
    /// Orders that went from placed to cancelled.
    pub cancelled: Counter,
    failed: Family<FailureLabels, Counter>,
}

impl OrderMetrics {
    /// Registers them, every reason at 0.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        for reason in REASONS {
            let labels = FailureLabels {
                reason: Reason(reason),
            };
            drop(metrics.failed.get_or_create(&labels));
        }
        registry.register(
            "pizza_orders_created",
            "Orders taken and stored",
            metrics.created.clone(),
        );
        registry.register(
            "pizza_orders_cancelled",
            "Orders cancelled before they were dispatched",
            metrics.cancelled.clone(),
        );
        registry.register(
            "pizza_orders_failed",
            "Attempts to order that were answered with a server error, by reason",
            metrics.failed.clone(),
        );
        metrics
    }

    /// Counts each attempt to order that ends with a server error, whoever answered it.
    pub fn observer(&self) -> Observer {
        let failed = self.failed.clone();
        Observer::new(move |outcome: Outcome<'_>| {
            if outcome.route == PLACE
                && outcome.method == Method::POST
                && outcome.status.is_server_error()
            {
                let reason = Reason::of(outcome.error_code);
                failed.get_or_create(&FailureLabels { reason }).inc();
            }
        })
    }
}
