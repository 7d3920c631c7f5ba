//! The load of a drill: phases, and how customers arrive in them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::{Rate, Span};
use crate::load::Flow;

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
