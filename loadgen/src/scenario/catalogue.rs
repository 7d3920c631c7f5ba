//! What a scenario can name: the services and the kinds of fault that they take.

/// The services that take faults.
pub const SERVICES: &[&str] = &["pizza-service"];

/// A kind of fault and the parameters that it takes.
#[derive(Clone, Copy, Debug)]
pub struct FaultKind {
    /// The name in `PUT /faults/{kind}`.
    pub name: &'static str,
    /// The parameters' names.
    pub parameters: &'static [&'static str],
    /// Whether it ends the process that holds it: the service can then neither count nor list it.
    pub ends_process: bool,
}

/// A kind that the process outlives.
const fn kind(name: &'static str, parameters: &'static [&'static str]) -> FaultKind {
    FaultKind {
        name,
        parameters,
        ends_process: false,
    }
}

/// Every kind of fault.
pub const FAULT_KINDS: &[FaultKind] = &[
    kind("error", &["status", "ratio"]),
    kind("latency", &["delay_ms", "jitter_ms", "ratio"]),
    kind("hang", &["ratio"]),
    kind("not-ready", &[]),
    FaultKind {
        name: "crash",
        parameters: &[],
        ends_process: true,
    },
    kind("cpu", &["threads"]),
    kind("memory", &["mib_per_second", "cap_mib"]),
    kind("log-flood", &["lines_per_second"]),
    kind("db-error", &["ratio"]),
    kind("db-latency", &["delay_ms"]),
    kind("db-pool", &["connections"]),
];

impl FaultKind {
    /// The kind of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FAULT_KINDS.iter().find(|kind| kind.name == name)
    }
}
