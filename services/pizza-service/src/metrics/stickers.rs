//! Stickers.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FallbackLabels {
    reason: &'static str,
}

/// Stickers, and orders that went without. Cheap to clone.
#[derive(Clone, Debug)]
pub struct StickerMetrics {
    /// Stickers that were had.
    pub given: Counter,
    /// Orders without one: there was no answer in time.
    pub timeout: Counter,
    /// Orders without one: the answer was an error.
    pub error: Counter,
    /// Orders without one: nobody was asked.
    pub circuit_open: Counter,
}

impl StickerMetrics {
    /// Registers them, every reason at 0.
    pub fn register(registry: &mut Registry) -> Self {
        let fallbacks = Family::<FallbackLabels, Counter>::default();
        let of = |reason| fallbacks.get_or_create_owned(&FallbackLabels { reason });
        let metrics = Self {
            given: Counter::default(),
            timeout: of("timeout"),
            error: of("error"),
            circuit_open: of("circuit_open"),
        };
        registry.register(
            "pizza_stickers",
            "Orders that got a sticker",
            metrics.given.clone(),
        );
        registry.register(
            "pizza_sticker_fallbacks",
            "Orders that were taken without a sticker, by reason",
            fallbacks,
        );
        metrics
    }
}
