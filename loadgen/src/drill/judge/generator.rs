//! Did the generator itself keep up? What it could not send proves nothing about the monitoring.

use super::{Bench, Case, Observed};
use crate::drill::verdict::Verdict;
use crate::scenario::{Figure, Scenario};

/// The largest share of visits that may be dropped.
const MOST_DROPPED: f64 = 0.01;
/// The largest 99th percentile of the schedule's lag, milliseconds: the fastest scrape interval.
/// What is late by less is in the same sample of the monitoring, or in the next.
const MOST_LAG_MS: f64 = 1000.0;
/// The same where response times are judged, which the lag is a part of.
const MOST_LAG_IN_TIMES_MS: f64 = 250.0;

pub(super) fn judge(case: &Case<'_>, observed: &Observed, bench: &mut Bench) {
    let counts = observed.load.total.counts;
    let dropped = counts.dropped as f64;
    if dropped > counts.intended as f64 * MOST_DROPPED {
        let reason = format!(
            "the generator dropped {} of {} visits",
            counts.dropped, counts.intended
        );
        bench.find(Verdict::Invalid, reason);
    }
    let lag = observed.load.schedule_lag.p99_ms;
    if lag > most_lag_ms(case.scenario) {
        bench.find(
            Verdict::Invalid,
            format!("the generator was late: one visit in a hundred was sent {lag:.0} ms or more after its time"),
        );
    }
}

fn most_lag_ms(scenario: &Scenario) -> f64 {
    let is_time = |figure| matches!(figure, Figure::P50Ms | Figure::P99Ms);
    let mut thresholds = scenario.expect.thresholds.iter();
    if thresholds.any(|threshold| is_time(threshold.figure)) {
        MOST_LAG_IN_TIMES_MS
    } else {
        MOST_LAG_MS
    }
}
