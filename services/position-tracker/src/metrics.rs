//! What this service counts beside its requests.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

pub mod fleet;

/// Why a position did not become its vehicle's newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ignored {
    /// It came before, and is stored.
    Duplicate,
    /// A newer one came before it. History has it, unless it is older than what history keeps.
    OutOfOrder,
    /// It claims a time that has not come yet.
    FromTheFuture,
    /// One of its fields makes no sense.
    Invalid,
    /// It is of a new vehicle, and there are as many as there may be.
    TooManyVehicles,
}

impl Ignored {
    const ALL: [Self; 5] = [
        Self::Duplicate,
        Self::OutOfOrder,
        Self::FromTheFuture,
        Self::Invalid,
        Self::TooManyVehicles,
    ];
}

impl EncodeLabelValue for Ignored {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        match self {
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::FromTheFuture => "from_the_future",
            Self::Invalid => "invalid",
            Self::TooManyVehicles => "too_many_vehicles",
        }
        .encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct IgnoredLabels {
    reason: Ignored,
}

/// Positions. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct PositionMetrics {
    /// Positions stored for the first time.
    pub stored: Counter,
    /// Positions deleted because history keeps no more.
    pub pruned: Counter,
    ignored: Family<IgnoredLabels, Counter>,
}

impl PositionMetrics {
    /// Registers them, every reason at 0.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        for reason in Ignored::ALL {
            metrics.ignore(reason, 0);
        }
        registry.register(
            "vehicle_positions_stored",
            "Positions stored in history",
            metrics.stored.clone(),
        );
        registry.register(
            "vehicle_positions_ignored",
            "Positions that did not become their vehicle's newest, by reason; those out of order are in history all the same",
            metrics.ignored.clone(),
        );
        registry.register(
            "vehicle_history_pruned",
            "Positions deleted from history because of its limits",
            metrics.pruned.clone(),
        );
        metrics
    }

    /// Counts positions that did not become their vehicle's newest.
    pub fn ignore(&self, reason: Ignored, how_many: u64) {
        let labels = IgnoredLabels { reason };
        self.ignored.get_or_create(&labels).inc_by(how_many);
    }
}
