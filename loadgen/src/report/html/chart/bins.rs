//! The run's seconds, gathered into as many bins as a curve can show.

use crate::load::report::SecondReport;

/// More points than this only make a curve rough.
const MOST_BINS: f64 = 60.0;

/// Some whole seconds of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bin {
    /// Its start, seconds.
    pub(super) from_s: f64,
    /// Its end, seconds.
    pub(super) to_s: f64,
    /// Visits intended, per second.
    pub(super) intended: f64,
    /// Visits completed, per second.
    pub(super) completed: f64,
    /// Visits failed, per second.
    pub(super) failed: f64,
    /// The largest median of its seconds, milliseconds; 0 where nothing was answered.
    pub(super) p50_ms: f64,
    /// The largest 99th percentile of its seconds, milliseconds; 0 where nothing was answered.
    pub(super) p99_ms: f64,
}

/// Gathers the seconds for an axis of the given length. A last bin that is cut short is left out:
/// its rate would look like a fall.
pub(super) fn bins(seconds: &[SecondReport], total_s: f64) -> Vec<Bin> {
    let width = (total_s / MOST_BINS).ceil().max(1.0);
    let mut bins: Vec<Bin> = Vec::new();
    for second in seconds {
        let from_s = (f64::from(second.second) / width).floor() * width;
        if bins.last().is_none_or(|last| last.from_s < from_s) {
            bins.push(Bin {
                from_s,
                to_s: from_s + width,
                ..Bin::default()
            });
        }
        if let Some(bin) = bins.last_mut() {
            bin.take(second, width);
        }
    }
    if bins.len() > 1 {
        bins.pop_if(|last| last.to_s > total_s);
    }
    bins
}

impl Bin {
    fn take(&mut self, second: &SecondReport, width: f64) {
        self.intended += second.counts.intended as f64 / width;
        self.completed += second.counts.completed as f64 / width;
        self.failed += second.counts.failed as f64 / width;
        self.p50_ms = self.p50_ms.max(second.response_p50_ms);
        self.p99_ms = self.p99_ms.max(second.response_p99_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::report::Counts;

    fn second(second: u32, intended: u64, p99_ms: f64) -> SecondReport {
        SecondReport {
            second,
            counts: Counts {
                intended,
                ..Counts::default()
            },
            response_p99_ms: p99_ms,
            ..SecondReport::default()
        }
    }

    #[test]
    fn a_short_run_keeps_its_seconds() {
        let seconds: Vec<_> = (0..60).map(|at| second(at, u64::from(at), 1.0)).collect();
        let bins = bins(&seconds, 60.0);
        assert_eq!(bins.len(), 60);
        assert_eq!(
            (bins[7].from_s, bins[7].to_s, bins[7].intended),
            (7.0, 8.0, 7.0)
        );
    }

    #[test]
    fn a_last_second_that_was_cut_short_is_no_fall() {
        let seconds: Vec<_> = (0..=40).map(|at| second(at, 5, 1.0)).collect();
        assert_eq!(bins(&seconds, 40.4).len(), 40);
        assert_eq!(bins(&seconds, 41.0).len(), 41);
        assert_eq!(bins(&seconds[..1], 0.4).len(), 1);
    }

    #[test]
    fn a_long_run_keeps_its_rate_and_its_worst_latency() {
        let seconds: Vec<_> = (0..900)
            .map(|at| second(at, 5, if at == 333 { 900.0 } else { 3.0 }))
            .collect();
        let bins = bins(&seconds, 900.0);
        assert_eq!(bins.len(), 60);
        assert!(bins.iter().all(|bin| (bin.intended - 5.0).abs() < 1e-9));
        assert!((bins[22].p99_ms - 900.0).abs() < 1e-9);
        assert!((bins[21].p99_ms - 3.0).abs() < 1e-9);
    }
}
