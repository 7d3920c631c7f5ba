//! What a drill is, as written in a scenario file: load, faults and the alerts that must follow.
//!
//! Every duration is written for demo speed; [`Scenario::scaled`] stretches it for slower rules.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod builtin;
mod catalogue;
mod expect;
mod lint;
mod matcher;
mod phase;
mod source;
mod units;
mod window;

pub use builtin::{BuiltIn, built_in, built_ins};
pub use catalogue::{FAULT_KINDS, FaultKind, SERVICES, Service};
pub use expect::{Effect, Expect, Figure, Fires, Threshold};
pub use lint::{Problem, problems};
pub use matcher::AlertMatcher;
pub use phase::{Arrivals, Phase, Spacing};
pub use source::{ScenarioError, load, parse, schema, schema_text, unknown};
pub use units::{Per, Rate, RateError, Span, SpanError, Within};
pub use window::{FaultWindow, SilenceWindow};

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

#[cfg(test)]
mod tests;
