//! A metric by hand. Requests and database operations are counted and timed without a line here, by
//! the middleware and by `Database::run`; see `docs/instrumentation.md`.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The labels of one series. Their values are few and known: a name that a client sends is not a
/// label's value, or each client could make series without end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    outcome: &'static str,
}

/// `pokedex_name_lookups_total`: how looking for a name ended. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NameLookups {
    /// There is such a Pokémon.
    pub found: Counter,
    /// There is none.
    pub not_found: Counter,
    /// The database could not say.
    pub failed: Counter,
}

impl NameLookups {
    /// Registers it, every outcome at 0: `increase()` does not see a series that begins at 1.
    pub fn register(registry: &mut Registry) -> Self {
        let family = Family::<Labels, Counter>::default();
        let of = |outcome| family.get_or_create_owned(&Labels { outcome });
        let lookups = Self {
            found: of("found"),
            not_found: of("not_found"),
            failed: of("failed"),
        };
        // The name without `_total`, which the encoder adds.
        registry.register(
            "pokedex_name_lookups",
            "Pokémon looked for by name, by outcome",
            family,
        );
        lookups
    }
}
