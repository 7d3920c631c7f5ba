//! What a scenario can name: the services and the kinds of fault that they take.

/// A service that takes faults.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// The port where its telemetry is, unless it was moved.
    pub telemetry_port: u16,
}

const fn service(name: &'static str, telemetry_port: u16) -> Service {
    Service {
        name,
        telemetry_port,
    }
}

/// The services that take faults.
pub const SERVICES: &[Service] = &[
    service("pizza-service", 9111),
    service("position-tracker", 9112),
    service("position-simulator", 9113),
    service("pokedex-api", 8689),
    service("loadgen", 9114),
];

impl Service {
    /// Whether a service of that name takes faults.
    pub fn is_known(name: &str) -> bool {
        SERVICES.iter().any(|service| service.name == name)
    }

    /// Their names, in one line.
    pub fn names() -> String {
        let names: Vec<_> = SERVICES.iter().map(|service| service.name).collect();
        names.join(", ")
    }
}

/// A kind of fault and the parameters that it takes.
#[derive(Clone, Copy, Debug)]
pub struct FaultKind {
    /// The name in `PUT /faults/{kind}`.
    pub name: &'static str,
    /// The parameters' names.
    pub parameters: &'static [&'static str],
    /// Whether it ends the process that holds it: the service can then neither count nor list it.
    pub ends_process: bool,
    /// Whether it takes processors from whoever else is on the machine: other drills beside it would
    /// be late, and so would it.
    pub takes_processors: bool,
}

/// A kind that the process outlives.
const fn kind(name: &'static str, parameters: &'static [&'static str]) -> FaultKind {
    FaultKind {
        name,
        parameters,
        ends_process: false,
        takes_processors: false,
    }
}

/// A kind that ends the process which holds it.
const fn deadly(name: &'static str) -> FaultKind {
    FaultKind {
        name,
        parameters: &[],
        ends_process: true,
        takes_processors: false,
    }
}

/// Every kind of fault.
pub const FAULT_KINDS: &[FaultKind] = &[
    kind("error", &["status", "ratio", "route"]),
    kind("latency", &["delay_ms", "jitter_ms", "ratio", "route"]),
    kind("hang", &["ratio", "route"]),
    kind("not-ready", &[]),
    deadly("crash"),
    deadly("restart"),
    FaultKind {
        takes_processors: true,
        ..kind("cpu", &["threads"])
    },
    kind("memory", &["mib_per_second", "cap_mib"]),
    kind("log-flood", &["lines_per_second"]),
    kind("db-error", &["ratio"]),
    kind("db-latency", &["delay_ms"]),
    kind("db-pool", &["connections"]),
    kind("queue-disconnect", &[]),
    kind("consumer-stall", &[]),
    kind("consumer-lost", &[]),
    kind("poison", &["messages_per_second"]),
    kind("dependency", &["neighbour", "delay_ms", "error_ratio"]),
    kind("label-explosion", &["series"]),
];

impl FaultKind {
    /// The kind of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FAULT_KINDS.iter().find(|kind| kind.name == name)
    }
}
