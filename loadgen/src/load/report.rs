//! What the generator measured. Every figure names its unit.

use std::iter::Sum;
use std::ops::{AddAssign, Sub};

use serde::Serialize;

use super::Flow;

/// The generator's own account of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LoadReport {
    /// The whole run.
    pub total: Figures,
    /// One entry a phase, in order.
    pub phases: Vec<PhaseReport>,
    /// One entry a second since the start, for charts.
    pub seconds: Vec<SecondReport>,
    /// How late arrivals were sent after their intended time: the generator's own fault.
    pub schedule_lag: Quantiles,
}

/// One phase.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PhaseReport {
    /// The phase's name.
    pub name: String,
    /// Its start, seconds since the run's start.
    pub starts_s: f64,
    /// Its end, seconds since the run's start.
    pub ends_s: f64,
    /// All flows together.
    pub total: Figures,
    /// Each flow that was planned.
    pub flows: Vec<FlowReport>,
}

/// One flow within a phase.
#[derive(Clone, Debug, Serialize)]
pub struct FlowReport {
    /// Which flow.
    pub flow: Flow,
    /// What was measured.
    pub figures: Figures,
}

/// Counts and times of a set of visits.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    /// Visits.
    pub counts: Counts,
    /// From the intended start to the last byte: what a customer waits. Visits given up after their
    /// time limit are in it, for leaving out the slowest would flatter; visits that found nobody or
    /// lost their connection are not.
    pub response_time: Quantiles,
    /// From the actual send to the last byte: what the service takes. Only answered visits.
    pub service_time: Quantiles,
}

/// `intended = sent + dropped`; `sent = completed + failed + in flight at the end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Planned arrivals whose time has come.
    pub intended: u64,
    /// Really begun.
    pub sent: u64,
    /// Answered as the flow expects (a scan expects its 404).
    pub completed: u64,
    /// Answered otherwise, or not at all.
    pub failed: u64,
    /// Not begun, because the bound on visits in flight was reached.
    pub dropped: u64,
}

/// A distribution of times, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quantiles {
    /// Values recorded.
    pub count: u64,
    /// Median.
    pub p50_ms: f64,
    /// 90th percentile.
    pub p90_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
    /// 99.9th percentile.
    pub p999_ms: f64,
    /// Largest.
    pub max_ms: f64,
}

/// One second of the run. Completions and failures count in the second of their intended start.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SecondReport {
    /// Seconds since the run's start.
    pub second: u32,
    /// The counts of that second.
    pub counts: Counts,
    /// Median response time, milliseconds; 0 where nothing was answered.
    pub response_p50_ms: f64,
    /// 99th percentile of the response time, milliseconds; 0 where nothing was answered.
    pub response_p99_ms: f64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.intended += other.intended;
        self.sent += other.sent;
        self.completed += other.completed;
        self.failed += other.failed;
        self.dropped += other.dropped;
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            intended: self.intended - other.intended,
            sent: self.sent - other.sent,
            completed: self.completed - other.completed,
            failed: self.failed - other.failed,
            dropped: self.dropped - other.dropped,
        }
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut sum, next| {
            sum += next;
            sum
        })
    }
}
