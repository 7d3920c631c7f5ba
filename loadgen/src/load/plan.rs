//! The plan: who comes when, for what. The same phases and seed give the same plan, byte for byte.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use super::Flow;
use super::visit::Visits;
use crate::scenario::{Arrivals, Phase};
use mix::Mix;
use moments::Moments;

mod busiest;
mod curve;
mod mix;
mod moments;
mod schedule;

pub(super) use schedule::Stream;
pub use schedule::{Arrival, Schedule};

/// Arrivals over a row of phases.
#[derive(Clone, Debug)]
pub struct Plan {
    phases: Arc<[Stretch]>,
    seed: u64,
    tail: bool,
}

/// One phase, placed in the run.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    pub(super) name: String,
    pub(super) starts: Duration,
    pub(super) lasts: Duration,
    arrivals: Arrivals,
    weights: BTreeMap<Flow, u32>,
}

impl Plan {
    /// The plan of these phases, one after the other, drawn from `seed`.
    pub fn new(phases: &[Phase], seed: u64) -> Self {
        let mut starts = Duration::ZERO;
        let placed = phases.iter().map(|phase| {
            let stretch = Stretch {
                name: phase.name.clone(),
                starts,
                lasts: phase.lasts.get(),
                arrivals: phase.load.clone(),
                weights: phase.mix.clone(),
            };
            starts += stretch.lasts;
            stretch
        });
        Self {
            phases: placed.collect(),
            seed,
            tail: false,
        }
    }

    /// The same plan, with the last phase going on past its end until the run is stopped: a ramp and
    /// steps stay at their last rate, waves and bursts go on, a replay begins again.
    #[must_use]
    pub fn with_tail(self) -> Self {
        Self { tail: true, ..self }
    }

    /// How long the phases last together, a tail not counted.
    pub fn duration(&self) -> Duration {
        self.phases
            .last()
            .map_or(Duration::ZERO, |last| last.starts + last.lasts)
    }

    /// When the plan ends by itself; never with a tail.
    pub fn end(&self) -> Option<Duration> {
        (!self.tail).then(|| self.duration())
    }

    /// The highest rate of any phase, visits a second; of groups and recordings the most visits
    /// that any second holds.
    pub fn peak_rate(&self) -> f64 {
        self.phases
            .iter()
            .map(Stretch::peak_rate)
            .fold(0.0, f64::max)
    }

    /// The flows that have any weight in any phase.
    pub fn flows(&self) -> impl Iterator<Item = Flow> {
        self.phases.iter().flat_map(Stretch::flows)
    }

    /// The arrivals, in order. Made one by one, so an endless plan is no trouble.
    pub fn schedule(&self) -> Schedule {
        Schedule::new(self)
    }

    /// Writes the phases' arrivals, one a line and without the tail: seconds from the run's start,
    /// phase, flow, method, path, idempotency key and body, separated by tabs; `-` for none. Where a
    /// visit names an order that the run has yet to place, the path says `{id}`.
    pub fn write_plan(&self, out: &mut dyn Write) -> io::Result<()> {
        let phases_only = Self {
            tail: false,
            ..self.clone()
        };
        let visits = self.visits();
        for arrival in phases_only.schedule() {
            let phase = self
                .phases
                .get(arrival.phase)
                .map_or("", |phase| phase.name.as_str());
            let visit = visits.on_paper(&arrival);
            let (seconds, micros) = (arrival.at.as_secs(), arrival.at.subsec_micros());
            write!(
                out,
                "{seconds}.{micros:06}\t{phase}\t{}\t",
                arrival.flow.name()
            )?;
            write!(out, "{}\t{}\t", visit.method, visit.path)?;
            let key = visit
                .idempotency_key
                .map_or_else(nothing, |key| key.to_string());
            let body = if visit.body.is_empty() {
                nothing()
            } else {
                visit.body
            };
            writeln!(out, "{key}\t{body}")?;
        }
        Ok(())
    }

    /// What each arrival asks for.
    pub(super) fn visits(&self) -> Visits {
        Visits::new(self.seed)
    }

    pub(super) fn phases(&self) -> &[Stretch] {
        &self.phases
    }
}

/// How the printed plan says that there is nothing.
fn nothing() -> String {
    "-".to_owned()
}

impl Stretch {
    /// The flows that come in this phase.
    pub(super) fn flows(&self) -> impl Iterator<Item = Flow> {
        mix::planned(&self.weights).map(|(flow, _)| flow)
    }

    fn unrolled(&self) -> (Moments, Mix) {
        (
            Moments::of(&self.arrivals, self.lasts),
            Mix::new(&self.weights, &self.arrivals),
        )
    }

    fn peak_rate(&self) -> f64 {
        busiest::second(&self.arrivals, self.lasts)
    }
}
