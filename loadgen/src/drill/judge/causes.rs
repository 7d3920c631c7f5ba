//! When causes really began and ended: as injected, else as planned.

use super::{Case, Observed};
use crate::report::record::FaultRecord;
use crate::scenario::{Effect, Fires, Scenario};

/// When the cause of an expected alert began.
pub(in crate::drill) fn begins(fires: &Fires, scenario: &Scenario, faults: &[FaultRecord]) -> f64 {
    let planned = fires.cause_begins(scenario).as_secs_f64();
    if fires.after_phase.is_some() {
        return planned;
    }
    let first = faults
        .iter()
        .map(|fault| fault.from_s)
        .min_by(f64::total_cmp);
    first.unwrap_or(planned)
}

/// When the last cause was over.
pub(in crate::drill) fn ends(scenario: &Scenario, faults: &[FaultRecord]) -> f64 {
    let planned = scenario.cause_ends().as_secs_f64();
    faults
        .iter()
        .map(|fault| fault.to_s)
        .fold(planned, f64::max)
}

/// When the first effect was proven, at or after `since`.
pub(super) fn effect_at(since: f64, case: &Case<'_>, observed: &Observed) -> Option<f64> {
    let strikes = observed.faults.iter().filter_map(|fault| fault.effect_s);
    let measured = observed.effects.iter().filter_map(|effect| effect.first_s);
    let load = case
        .scenario
        .expect
        .effect
        .iter()
        .filter_map(|effect| match effect {
            Effect::Load { phase, .. } => case
                .scenario
                .phase_start(phase)
                .map(|start| start.as_secs_f64()),
            _ => None,
        });
    strikes
        .chain(measured)
        .chain(load)
        .filter(|at| *at >= since)
        .min_by(f64::total_cmp)
}
