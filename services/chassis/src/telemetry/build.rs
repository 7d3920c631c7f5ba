//! `build_info`: which code runs.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The workspace's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The git revision that was built, `unknown` outside a checkout.
pub const REVISION: &str = env!("BUILD_REVISION");

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct BuildLabels {
    version: &'static str,
    revision: &'static str,
}

/// Registers `build_info`, always 1.
pub fn register(registry: &mut Registry) {
    let info = Family::<BuildLabels, Gauge>::default();
    info.get_or_create(&BuildLabels {
        version: VERSION,
        revision: REVISION,
    })
    .set(1);
    registry.register("build_info", "Which code runs; always 1", info);
}
