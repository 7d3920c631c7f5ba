//! What a drill must show: that it struck, which alerts it set off, and what customers saw.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Scenario;
use super::matcher::AlertMatcher;
use super::units::{Rate, Span, Within};

/// What must be seen, and what must not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Proofs that the load or the fault struck; all must hold, else the verdict is `NOT_INJECTED`.
    pub effect: Vec<Effect>,
    /// Alerts that must fire; everything else must stay silent. Required, so that a scenario under
    /// which nothing may fire says so: `fires = []`.
    pub fires: Vec<Fires>,
    /// Alerts that may fire as well, because the same cause rightly trips them on some machines.
    #[serde(default)]
    pub allows: Vec<AlertMatcher>,
    /// Until when all of `fires` and `allows` must have resolved, after the last fault or the last
    /// but one phase ended, whichever is later.
    #[serde(default)]
    pub resolves: Within,
    /// Bounds on what the customers themselves saw.
    #[serde(default)]
    pub thresholds: Vec<Threshold>,
}

/// A measured proof that something really happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "proof", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// The service itself counted at least this many strikes of the fault.
    Strikes {
        /// The broken service.
        service: String,
        /// The fault's kind.
        kind: String,
        /// Strikes seen by the time the fault is taken back.
        at_least: u64,
    },
    /// The service's process started anew at least this often.
    Restarts {
        /// The broken service.
        service: String,
        /// New process start times seen during the drill.
        at_least: u64,
    },
    /// The generator completed at least this rate on average over the named phase.
    Load {
        /// The phase's name.
        phase: String,
        /// Completed visits per time.
        at_least: Rate,
    },
    /// A `PromQL` expression returned at least one sample during the drill.
    Query {
        /// An instant query with a comparison.
        promql: String,
    },
}

/// An alert that must fire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fires {
    /// The `alertname`.
    pub alert: String,
    /// Label values that must be equal; labels not named here do not matter.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Until when it must fire, counted from `after`.
    #[serde(default)]
    pub within: Within,
    /// How long it must fire without a gap.
    #[serde(default)]
    pub stays: Option<Span>,
    /// Whether anybody is to hear of it. `false`: it must fire in Prometheus, and no notification may
    /// arrive, while a silence lasts or, without one, at all.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub notifies: bool,
    /// The phase whose start the clock counts from, for a cause that is load; without it the first
    /// fault's start.
    #[serde(default)]
    pub after_phase: Option<String>,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks it so")]
const fn is_yes(notifies: &bool) -> bool {
    *notifies
}

/// A bound on the customers' own figures over the whole drill, or over one phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Which figure.
    pub figure: Figure,
    /// The phase it is taken over; without it the whole drill.
    #[serde(default)]
    pub phase: Option<String>,
    /// The largest value allowed: a ratio from 0 to 1, or milliseconds.
    pub at_most: f64,
}

/// A figure that the generator measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Failed over sent.
    FailedRatio,
    /// Dropped over intended.
    DroppedRatio,
    /// Median response time, milliseconds.
    P50Ms,
    /// 99th percentile of the response time, milliseconds.
    P99Ms,
}

impl Fires {
    /// Which alert.
    pub fn matcher(&self) -> AlertMatcher {
        AlertMatcher {
            alert: self.alert.clone(),
            labels: self.labels.clone(),
        }
    }

    /// When the cause begins that its limit counts from: the named phase, else the first fault.
    pub fn cause_begins(&self, scenario: &Scenario) -> Duration {
        let phase = self
            .after_phase
            .as_deref()
            .and_then(|name| scenario.phase_start(name));
        let fault = || scenario.faults.iter().map(|fault| fault.from.get()).min();
        phase.or_else(fault).unwrap_or_default()
    }
}
