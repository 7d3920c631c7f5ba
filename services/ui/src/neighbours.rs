//! The services behind the pages.

use chassis::faults::Faults;
use chassis::http::client::{ClientMetrics, Neighbour};
use url::Url;

use crate::config::NeighboursConfig;

const PIZZA: &str = "pizza-service";
const POKEDEX: &str = "pokedex-api";
const TRACKER: &str = "position-tracker";
const LOADGEN: &str = "loadgen";
const PROMETHEUS: &str = "prometheus";
const ALERTMANAGER: &str = "alertmanager";

/// All of them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Neighbours {
    /// Takes orders.
    pub pizza: Neighbour,
    /// Looks Pokémon up.
    pub pokedex: Neighbour,
    /// Knows where vans are.
    pub tracker: Neighbour,
    /// Drills, and keeps traces.
    pub loadgen: Neighbour,
    /// Has the figures, where there is one.
    pub prometheus: Option<Neighbour>,
    /// Knows what is silenced, where there is one.
    pub alertmanager: Option<Neighbour>,
}

impl Neighbours {
    /// Where the settings say.
    pub fn new(config: &NeighboursConfig, calls: &ClientMetrics, faults: &Faults) -> Self {
        let neighbour = |name, url: &Url| {
            let limit = config.neighbour_timeout;
            Neighbour::new(name, url, limit, calls.clone(), faults.clone())
        };
        let metrics = config.metrics_url.as_ref();
        let alertmanager = config.alertmanager_url.as_ref();
        Self {
            pizza: neighbour(PIZZA, &config.pizza_url),
            pokedex: neighbour(POKEDEX, &config.pokedex_url),
            tracker: neighbour(TRACKER, &config.tracker_url),
            loadgen: neighbour(LOADGEN, &config.loadgen_url),
            prometheus: metrics.map(|url| neighbour(PROMETHEUS, url)),
            alertmanager: alertmanager.map(|url| neighbour(ALERTMANAGER, url)),
        }
    }
}
