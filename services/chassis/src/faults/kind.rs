//! The kinds of faults, and what each can be told.

use http::StatusCode;
use serde::{Deserialize, Serialize};

/// A fault with its parameters, as `PUT /faults/{kind}` takes them beside `ttl_seconds`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Requests are answered with an error instead of being handled.
    Error {
        /// The error's status, 400 to 599.
        #[serde(default = "default_status")]
        status: u16,
        /// The share of requests, above 0 and up to 1.
        #[serde(default = "one")]
        ratio: f64,
        /// Only requests of this route: its pattern, such as `/orders/{id}`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<String>,
    },
    /// Requests are handled late.
    Latency {
        /// Milliseconds added, up to 60 000.
        delay_ms: u64,
        /// Up to so many more, evenly spread.
        #[serde(default)]
        jitter_ms: u64,
        /// The share of requests, above 0 and up to 1.
        #[serde(default = "one")]
        ratio: f64,
        /// Only requests of this route: its pattern, such as `/orders/{id}`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<String>,
    },
    /// Requests are not handled while it lasts; the time limit answers them before.
    Hang {
        /// The share of requests, above 0 and up to 1.
        #[serde(default = "one")]
        ratio: f64,
        /// Only requests of this route: its pattern, such as `/orders/{id}`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<String>,
    },
    /// `/readyz` says no, and so does `service_ready`.
    NotReady {},
    /// The process ends at once, without a drain.
    Crash {},
    /// The process stops in good order, as if it had been told to by a signal.
    Restart {},
    /// Threads that calculate for nothing.
    Cpu {
        /// How many, 1 to 64.
        #[serde(default = "one_thread")]
        threads: u8,
    },
    /// Memory that is taken and not given back.
    Memory {
        /// MiB a second, 1 to 4096.
        mib_per_second: u32,
        /// No more than this many MiB, 1 to 4096.
        cap_mib: u32,
    },
    /// Log lines without sense.
    LogFlood {
        /// Lines a second, 1 to 10 000.
        lines_per_second: u32,
    },
    /// Database operations fail.
    DbError {
        /// The share of operations, above 0 and up to 1.
        #[serde(default = "one")]
        ratio: f64,
    },
    /// Database operations take longer.
    DbLatency {
        /// Milliseconds added, up to 60 000.
        delay_ms: u64,
    },
    /// Connections of the pool are held and not given back.
    DbPool {
        /// How many, 1 to 100.
        connections: u32,
    },
    /// The connection to the queue breaks, and cannot be had again while it lasts.
    QueueDisconnect {},
    /// Messages are taken from the queue and not handled while it lasts.
    ConsumerStall {},
    /// The service's consumers are gone from the queue, and cannot be had again while it lasts.
    ConsumerLost {},
    /// Messages that nobody can read are published to the queues that this service publishes to.
    Poison {
        /// Messages a second, 1 to 1000.
        messages_per_second: u32,
    },
    /// Calls to a neighbour take longer, or fail without reaching it.
    Dependency {
        /// The neighbour's service name, such as `pokedex-api`.
        neighbour: String,
        /// Milliseconds added to each call, up to 60 000.
        #[serde(default)]
        delay_ms: u64,
        /// The share of calls that fail, from 0 to 1.
        #[serde(default)]
        error_ratio: f64,
    },
    /// A metric gains a label with a value a client.
    LabelExplosion {
        /// Series that it gains, 1 to 50 000.
        series: u32,
    },
}

/// A fault's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "each is described at the variant of Fault of the same name"
)]
pub enum Kind {
    Error,
    Latency,
    Hang,
    NotReady,
    Crash,
    Restart,
    Cpu,
    Memory,
    LogFlood,
    DbError,
    DbLatency,
    DbPool,
    QueueDisconnect,
    ConsumerStall,
    ConsumerLost,
    Poison,
    Dependency,
    LabelExplosion,
}

/// Characters that a route's pattern may have.
const MAX_ROUTE: usize = 100;

const fn default_status() -> u16 {
    StatusCode::INTERNAL_SERVER_ERROR.as_u16()
}

const fn one() -> f64 {
    1.0
}

const fn one_thread() -> u8 {
    1
}

impl Fault {
    /// A fault of this kind from its parameters alone.
    ///
    /// # Errors
    /// When a parameter is missing, unknown or of the wrong type. See also [`Fault::check`].
    pub fn of(
        kind: Kind,
        mut parameters: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, serde_json::Error> {
        // The kind is named once; parameters that name one too must not overrule it.
        parameters.insert("kind".to_owned(), serde_json::to_value(kind)?);
        serde_json::from_value(parameters.into())
    }

    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Error { .. } => Kind::Error,
            Self::Latency { .. } => Kind::Latency,
            Self::Hang { .. } => Kind::Hang,
            Self::NotReady {} => Kind::NotReady,
            Self::Crash {} => Kind::Crash,
            Self::Restart {} => Kind::Restart,
            Self::Cpu { .. } => Kind::Cpu,
            Self::Memory { .. } => Kind::Memory,
            Self::LogFlood { .. } => Kind::LogFlood,
            Self::DbError { .. } => Kind::DbError,
            Self::DbLatency { .. } => Kind::DbLatency,
            Self::DbPool { .. } => Kind::DbPool,
            Self::QueueDisconnect {} => Kind::QueueDisconnect,
            Self::ConsumerStall {} => Kind::ConsumerStall,
            Self::ConsumerLost {} => Kind::ConsumerLost,
            Self::Poison { .. } => Kind::Poison,
            Self::Dependency { .. } => Kind::Dependency,
            Self::LabelExplosion { .. } => Kind::LabelExplosion,
        }
    }

    /// Its parameters alone.
    pub fn parameters(&self) -> serde_json::Value {
        // Numbers and fixed names always serialise.
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.remove("kind");
        }
        value
    }

    /// Whether the parameters make sense: the field and what is wrong with it, if not.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        match *self {
            Self::Dependency { ref neighbour, .. }
                if neighbour.is_empty() || neighbour.len() > 64 =>
            {
                Err(("neighbour", "must have 1 to 64 characters"))
            }
            Self::Dependency { error_ratio, .. } if !(0.0..=1.0).contains(&error_ratio) => {
                Err(("error_ratio", "must be from 0 to 1"))
            }
            Self::Dependency {
                delay_ms: 0,
                error_ratio: 0.0,
                ..
            } => Err(("error_ratio", "must be above 0 where delay_ms is 0")),
            Self::Error { status, .. } if !(400..=599).contains(&status) => {
                Err(("status", "must be from 400 to 599"))
            }
            Self::Error { ratio, .. }
            | Self::Latency { ratio, .. }
            | Self::Hang { ratio, .. }
            | Self::DbError { ratio }
                if !(ratio > 0.0 && ratio <= 1.0) =>
            {
                Err(("ratio", "must be above 0 and at most 1"))
            }
            Self::Error {
                route: Some(ref route),
                ..
            }
            | Self::Latency {
                route: Some(ref route),
                ..
            }
            | Self::Hang {
                route: Some(ref route),
                ..
            } if !route.starts_with('/') || route.chars().count() > MAX_ROUTE => {
                Err(("route", "must begin with / and have at most 100 characters"))
            }
            Self::Latency { jitter_ms, .. } if jitter_ms > 60_000 => {
                Err(("jitter_ms", "must be at most 60000"))
            }
            Self::Latency { delay_ms, .. }
            | Self::DbLatency { delay_ms }
            | Self::Dependency { delay_ms, .. }
                if delay_ms > 60_000 =>
            {
                Err(("delay_ms", "must be at most 60000"))
            }
            Self::Cpu { threads } if !(1..=64).contains(&threads) => {
                Err(("threads", "must be from 1 to 64"))
            }
            Self::Memory { mib_per_second, .. } if !(1..=4096).contains(&mib_per_second) => {
                Err(("mib_per_second", "must be from 1 to 4096"))
            }
            Self::Memory { cap_mib, .. } if !(1..=4096).contains(&cap_mib) => {
                Err(("cap_mib", "must be from 1 to 4096"))
            }
            Self::LogFlood { lines_per_second } if !(1..=10_000).contains(&lines_per_second) => {
                Err(("lines_per_second", "must be from 1 to 10000"))
            }
            Self::Poison {
                messages_per_second,
            } if !(1..=1000).contains(&messages_per_second) => {
                Err(("messages_per_second", "must be from 1 to 1000"))
            }
            Self::DbPool { connections } if !(1..=100).contains(&connections) => {
                Err(("connections", "must be from 1 to 100"))
            }
            Self::LabelExplosion { series } if !(1..=50_000).contains(&series) => {
                Err(("series", "must be from 1 to 50000"))
            }
            _ => Ok(()),
        }
    }
}
