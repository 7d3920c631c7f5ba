//! What a drill is, as written in a scenario file: load, faults and the alerts that must follow.
//!
//! Every duration is written for demo speed; [`Scenario::scaled`] stretches it for slower rules.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::load::Flow;

mod builtin;
mod catalogue;
mod lint;
mod matcher;
mod source;
mod units;

pub use builtin::{BuiltIn, built_in, built_ins};
pub use catalogue::{FAULT_KINDS, FaultKind, SERVICES, Service};
pub use lint::{Problem, problems};
pub use matcher::AlertMatcher;
pub use source::{ScenarioError, load, parse, schema, schema_text, unknown};
pub use units::{Per, Rate, RateError, Span, SpanError, Within};

/// The scenario format's version; a file with another one is refused.
pub const FORMAT_VERSION: u32 = 1;

/// One drill: load + fault + the alerts that must follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The format's version, at present 1.
    pub version: u32,
    /// Lower-case words joined by hyphens; the name that `--scenario` takes.
    pub name: String,
    /// One line: what happens.
    pub summary: String,
    /// What a viewer learns.
    pub teaches: String,
    /// The seed of arrivals, mix, payloads and ids.
    pub seed: u64,
    /// The service that the first page should name, where it is not one that is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub culprit: Option<String>,
    /// The load, one phase after the other. The last one goes on until the alerts have resolved.
    pub phases: Vec<Phase>,
    /// What is broken, and when.
    #[serde(default)]
    pub faults: Vec<FaultWindow>,
    /// What Alertmanager is told to keep to itself, and when.
    #[serde(default)]
    pub silences: Vec<SilenceWindow>,
    /// What must be seen.
    pub expect: Expect,
}

/// A stretch of time with one load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// The phase's name in reports.
    pub name: String,
    /// How long it lasts, at demo speed.
    #[serde(rename = "for")]
    pub lasts: Span,
    /// When customers arrive.
    pub load: Arrivals,
    /// What they come for: flow → weight.
    pub mix: BTreeMap<Flow, u32>,
}

/// An arrival plan: visits a second over the phase's time. All customers of the company together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
pub enum Arrivals {
    /// Nobody comes.
    None {},
    /// The same rate throughout.
    Constant {
        /// Visits per time.
        rate: Rate,
        /// How arrivals are spaced.
        #[serde(default)]
        spacing: Spacing,
    },
    /// A straight line from one rate to another.
    Ramp {
        /// The rate at the phase's start.
        from: Rate,
        /// The rate at its end.
        to: Rate,
        /// How arrivals are spaced.
        #[serde(default)]
        spacing: Spacing,
    },
    /// Several rates, each for an equal share of the phase.
    Step {
        /// One rate a step.
        rates: Vec<Rate>,
        /// How arrivals are spaced.
        #[serde(default)]
        spacing: Spacing,
    },
    /// A base rate with one peak in the middle third.
    Spike {
        /// The rate outside the peak.
        base: Rate,
        /// The rate in it.
        peak: Rate,
        /// How arrivals are spaced.
        #[serde(default)]
        spacing: Spacing,
    },
    /// A wave around a mean.
    Sine {
        /// The mean rate.
        mean: Rate,
        /// The largest distance from it.
        amplitude: Rate,
        /// One wave's length.
        period: Span,
        /// How arrivals are spaced.
        #[serde(default)]
        spacing: Spacing,
    },
    /// Groups that arrive all at once.
    Burst {
        /// Visits in a group.
        size: u32,
        /// Time from one group to the next.
        every: Span,
    },
    /// Recorded arrivals: offsets from the phase's start, rising.
    Replay {
        /// When each visit arrives.
        offsets: Vec<Span>,
    },
}

/// How the arrivals of a rate are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Independent customers: exponential gaps.
    #[default]
    Poisson,
    /// Equal gaps, and the mix in a fixed rotation: counts without noise.
    Even,
}

/// One thing that is broken for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultWindow {
    /// The service that is broken.
    pub service: String,
    /// The fault's kind, as in `PUT /faults/{kind}`.
    pub kind: String,
    /// The fault's own parameters, passed on as they are.
    #[serde(default)]
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// When it begins, from the drill's start.
    pub from: Span,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub lasts: Span,
    /// Put it again this often while it lasts: for faults that end the process that holds them.
    #[serde(default)]
    pub every: Option<Span>,
}

/// A silence that the drill sets at Alertmanager, and takes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceWindow {
    /// The `alertname`.
    pub alert: String,
    /// Label values that must be equal; labels not named here do not matter.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// When it begins, from the drill's start.
    pub from: Span,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub lasts: Span,
}

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

impl Scenario {
    /// The same scenario with every duration (not the rates) stretched by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        for phase in &mut scaled.phases {
            phase.lasts = phase.lasts.scaled(factor);
        }
        for fault in &mut scaled.faults {
            fault.from = fault.from.scaled(factor);
            fault.lasts = fault.lasts.scaled(factor);
            fault.every = fault.every.map(|every| every.scaled(factor));
        }
        for silence in &mut scaled.silences {
            silence.from = silence.from.scaled(factor);
            silence.lasts = silence.lasts.scaled(factor);
        }
        scaled.expect.resolves = scaled.expect.resolves.scaled(factor);
        for fires in &mut scaled.expect.fires {
            fires.within = fires.within.scaled(factor);
            fires.stays = fires.stays.map(|stays| stays.scaled(factor));
        }
        scaled
    }

    /// The services that the first page should name: what is written, else those that are broken.
    pub fn culprits(&self) -> Vec<String> {
        if let Some(culprit) = &self.culprit {
            return vec![culprit.clone()];
        }
        let mut broken: Vec<String> = Vec::new();
        for fault in &self.faults {
            if !broken.contains(&fault.service) {
                broken.push(fault.service.clone());
            }
        }
        broken
    }

    /// How long the phases last together.
    pub fn duration(&self) -> Duration {
        self.phases.iter().map(|phase| phase.lasts.get()).sum()
    }

    /// When the named phase starts, from the drill's start.
    pub fn phase_start(&self, name: &str) -> Option<Duration> {
        let index = self.phases.iter().position(|phase| phase.name == name)?;
        Some(
            self.phases[..index]
                .iter()
                .map(|phase| phase.lasts.get())
                .sum(),
        )
    }

    /// When the last cause is over, from the drill's start: the end of the last fault or of the
    /// last but one phase, whichever is later.
    pub fn cause_ends(&self) -> Duration {
        let faults = self.faults.iter().map(FaultWindow::ends).max();
        let before_last = self.phases.split_last().map(|(_, before)| before);
        let phases = before_last.map(|phases| phases.iter().map(|phase| phase.lasts.get()).sum());
        faults.max(phases).unwrap_or_default()
    }
}

impl FaultWindow {
    /// When it is taken back, from the drill's start.
    pub fn ends(&self) -> Duration {
        self.from.get() + self.lasts.get()
    }
}

impl SilenceWindow {
    /// When it is taken back, from the drill's start.
    pub fn ends(&self) -> Duration {
        self.from.get() + self.lasts.get()
    }

    /// Which alerts it holds back.
    pub fn matcher(&self) -> AlertMatcher {
        AlertMatcher {
            alert: self.alert.clone(),
            labels: self.labels.clone(),
        }
    }
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

#[cfg(test)]
mod tests;
