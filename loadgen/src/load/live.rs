//! Counters that others may read while a run goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::Flow;
use super::report::Counts;

/// A run at this moment. The counters are read one by one, so a visit that ends meanwhile may show
/// in one and not yet in another.
#[derive(Clone, Debug, Default)]
pub struct LiveFigures {
    /// Since the run's start.
    pub elapsed: Duration,
    /// All flows together, since the start.
    pub total: Counts,
    /// Each flow that has come so far, since the start.
    pub flows: BTreeMap<Flow, Counts>,
    /// What happened in the last whole second, whenever it was meant for.
    pub last_second: Counts,
    /// Visits in flight now.
    pub in_flight: usize,
    /// The largest lateness of a visit begun in the last whole second, milliseconds.
    pub lag_ms: f64,
}

/// The counters themselves.
#[derive(Debug, Default)]
pub(super) struct Live {
    flows: [FlowCounters; Flow::ALL.len()],
    in_flight: AtomicUsize,
    lag_us: AtomicU64,
    second: Mutex<Second>,
}

#[derive(Debug, Default)]
pub(super) struct FlowCounters {
    pub(super) intended: AtomicU64,
    pub(super) sent: AtomicU64,
    pub(super) completed: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) dropped: AtomicU64,
}

/// The last whole second, and where the one after it began.
#[derive(Debug, Default)]
struct Second {
    counts: Counts,
    lag_us: u64,
    began_with: Counts,
}

impl Live {
    pub(super) fn flow(&self, flow: Flow) -> &FlowCounters {
        &self.flows[flow.index()]
    }

    /// Takes one of `bound` places in flight; whether there was one. Only the scheduler calls it.
    pub(super) fn enter(&self, bound: usize) -> bool {
        let has_room = self.in_flight.load(Ordering::Relaxed) < bound;
        if has_room {
            self.in_flight.fetch_add(1, Ordering::Relaxed);
        }
        has_room
    }

    /// Gives the place back.
    pub(super) fn leave(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn lag(&self, lag: Duration) {
        let micros = u64::try_from(lag.as_micros()).unwrap_or(u64::MAX);
        self.lag_us.fetch_max(micros, Ordering::Relaxed);
    }

    /// A second of the run is over.
    pub(super) fn turn_second(&self) {
        let total = self.total();
        let mut second = self.second.lock();
        second.counts = total - second.began_with;
        second.began_with = total;
        second.lag_us = self.lag_us.swap(0, Ordering::Relaxed);
    }

    pub(super) fn figures(&self, elapsed: Duration) -> LiveFigures {
        let flows: BTreeMap<_, _> = Flow::ALL
            .into_iter()
            .map(|flow| (flow, self.flow(flow).counts()))
            .filter(|(_, counts)| counts.intended > 0)
            .collect();
        let second = self.second.lock();
        LiveFigures {
            elapsed,
            total: flows.values().copied().sum(),
            flows,
            last_second: second.counts,
            in_flight: self.in_flight.load(Ordering::Relaxed),
            lag_ms: second.lag_us as f64 / 1000.0,
        }
    }

    fn total(&self) -> Counts {
        self.flows.iter().map(FlowCounters::counts).sum()
    }
}

impl FlowCounters {
    fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            intended: read(&self.intended),
            sent: read(&self.sent),
            completed: read(&self.completed),
            failed: read(&self.failed),
            dropped: read(&self.dropped),
        }
    }
}
