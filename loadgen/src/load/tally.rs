//! What one worker counts, and how the workers' counts become the report.

use std::time::Duration;

use super::Flow;
use super::plan::Stretch;
use super::report::{Counts, Figures, FlowReport, LoadReport, PhaseReport, SecondReport};
use super::times::Times;

/// Counts and times by phase and flow. Each worker has its own; they are merged at the end.
#[derive(Debug, Default)]
pub(super) struct Tally {
    phases: Vec<[Option<Cell>; Flow::ALL.len()]>,
    lag: Times,
}

/// One flow within one phase.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub(super) counts: Counts,
    pub(super) response: Times,
    pub(super) service: Times,
}

impl Tally {
    /// The counts of one flow in one phase.
    pub(super) fn cell(&mut self, phase: usize, flow: Flow) -> &mut Cell {
        if self.phases.len() <= phase {
            self.phases.resize_with(phase + 1, Default::default);
        }
        self.phases[phase][flow.index()].get_or_insert_default()
    }

    /// How late a visit was begun.
    pub(super) fn lag(&mut self, lag: Duration) {
        self.lag.record(lag);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (phase, flows) in other.phases.iter().enumerate() {
            for (flow, cell) in Flow::ALL.into_iter().zip(flows) {
                if let Some(cell) = cell {
                    self.cell(phase, flow).merge(cell);
                }
            }
        }
        self.lag.merge(&other.lag);
    }

    /// The report of a run over these phases that ended at `end`.
    pub(super) fn report(
        &self,
        phases: &[Stretch],
        end: Duration,
        seconds: Vec<SecondReport>,
    ) -> LoadReport {
        let mut total = Cell::default();
        let mut reports = Vec::with_capacity(phases.len());
        for (number, phase) in phases.iter().enumerate() {
            let mut sum = Cell::default();
            let flows = phase
                .flows()
                .map(|flow| self.flow(number, flow, &mut sum))
                .collect();
            total.merge(&sum);
            let is_last = number + 1 == phases.len();
            let planned_end = if is_last {
                end
            } else {
                phase.starts + phase.lasts
            };
            reports.push(PhaseReport {
                name: phase.name.clone(),
                starts_s: phase.starts.min(end).as_secs_f64(),
                ends_s: planned_end.min(end).as_secs_f64(),
                total: sum.figures(),
                flows,
            });
        }
        LoadReport {
            total: total.figures(),
            phases: reports,
            seconds,
            schedule_lag: self.lag.quantiles(),
        }
    }

    fn flow(&self, phase: usize, flow: Flow, sum: &mut Cell) -> FlowReport {
        let cell = self
            .phases
            .get(phase)
            .and_then(|flows| flows[flow.index()].as_ref());
        let figures = cell.map(|cell| {
            sum.merge(cell);
            cell.figures()
        });
        FlowReport {
            flow,
            figures: figures.unwrap_or_default(),
        }
    }
}

impl Cell {
    fn merge(&mut self, other: &Self) {
        self.counts += other.counts;
        self.response.merge(&other.response);
        self.service.merge(&other.service);
    }

    fn figures(&self) -> Figures {
        Figures {
            counts: self.counts,
            response_time: self.response.quantiles(),
            service_time: self.service.quantiles(),
        }
    }
}
