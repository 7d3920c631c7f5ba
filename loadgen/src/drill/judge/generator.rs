//! Did the generator itself keep up? What it could not send proves nothing about the monitoring.

use super::{Bench, Observed};
use crate::drill::verdict::Verdict;

/// The largest share of visits that may be dropped.
const MOST_DROPPED: f64 = 0.01;
/// The largest 99th percentile of the schedule's lag, milliseconds.
const MOST_LAG_MS: f64 = 250.0;

pub(super) fn judge(observed: &Observed, bench: &mut Bench) {
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
    if lag > MOST_LAG_MS {
        bench.find(
            Verdict::Invalid,
            format!("the generator was late: one visit in a hundred was sent {lag:.0} ms or more after its time"),
        );
    }
}
