//! The scenarios that the program carries.

/// A scenario file that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// The scenario's name; the file's without `.toml`.
    pub name: &'static str,
    /// The file's text.
    pub toml: &'static str,
}

macro_rules! built_ins {
    ($($name:literal),+ $(,)?) => {
        &[$(BuiltIn {
            name: $name,
            toml: include_str!(concat!("../../scenarios/", $name, ".toml")),
        }),+]
    };
}

/// The catalogue, in the order in which `loadgen list` shows it: what must fire, then what must
/// stay silent.
const BUILT_INS: &[BuiltIn] = built_ins![
    "surge",
    "order-failures",
    "error-burst",
    "order-drought",
    "slow-service",
    "slow-dependency",
    "dependency-down",
    "crash",
    "crash-loop",
    "memory-leak",
    "cpu-burn",
    "saturation",
    "not-ready",
    "log-flood",
    "slow-burn",
    "hourly-orders",
    "db-slow",
    "db-down",
    "pool-exhaustion",
    "queue-outage",
    "consumer-stall",
    "consumer-missing",
    "poison-messages",
    "stale-positions",
    "abuse",
    "flood",
    "broken-rule",
    "cardinality",
    "monitoring-blind",
    "traces-lost",
    "baseline",
    "busy",
    "blip",
    "rolling-restart",
    "silenced",
];

/// Every scenario that is part of the program.
pub fn built_ins() -> &'static [BuiltIn] {
    BUILT_INS
}

/// The built-in scenario of that name.
pub fn built_in(name: &str) -> Option<BuiltIn> {
    BUILT_INS
        .iter()
        .copied()
        .find(|built_in| built_in.name == name)
}
