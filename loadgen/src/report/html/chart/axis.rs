//! The time axis: moments as places.

use crate::report::record::DrillRecord;

/// Distances between ticks that read well, seconds.
const STEPS: [f64; 14] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
];

/// More ticks than this run into each other on a telephone.
const MOST_TICKS: f64 = 7.0;

/// From here on minutes read better than seconds.
const MINUTES_FROM_S: f64 = 120.0;

/// From the drill's start to the end of everything that is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    total_s: f64,
}

impl Axis {
    /// An axis that holds the whole record; none if nothing lasted.
    pub(super) fn covering(record: &DrillRecord) -> Option<Self> {
        let watched = (record.ended_at - record.started_at).as_seconds_f64();
        let phases = record.load.phases.iter().map(|phase| phase.ends_s);
        let faults = record.faults.iter().map(|fault| fault.to_s);
        let alerts = record
            .alerts
            .iter()
            .flat_map(|lane| &lane.stretches)
            .map(|stretch| stretch.to_s);
        let total_s = std::iter::once(watched)
            .chain(phases)
            .chain(faults)
            .chain(alerts)
            .filter(|end| end.is_finite())
            .fold(0.0, f64::max);
        (total_s > 0.0).then_some(Self { total_s })
    }

    /// The axis's length, seconds.
    pub(super) const fn total_s(self) -> f64 {
        self.total_s
    }

    /// Where a moment is, from 0 to 1. What lies outside is at the edge.
    pub(super) fn share(self, at_s: f64) -> f64 {
        if at_s.is_finite() {
            (at_s / self.total_s).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// The style that puts something at a moment.
    pub(super) fn point(self, at_s: f64) -> String {
        format!("left:{:.2}%", self.share(at_s) * 100.0)
    }

    /// The style that puts something over a stretch of time.
    pub(super) fn stretch(self, from_s: f64, to_s: f64) -> String {
        let (from, to) = (self.share(from_s) * 100.0, self.share(to_s) * 100.0);
        format!("left:{from:.2}%;width:{:.2}%", (to - from).max(0.0))
    }

    /// Where the ticks are, seconds.
    pub(super) fn ticks(self) -> Vec<f64> {
        let step = STEPS
            .into_iter()
            .find(|step| self.total_s / step <= MOST_TICKS)
            .unwrap_or(self.total_s / MOST_TICKS);
        std::iter::successors(Some(0.0), |at| Some(at + step))
            .take_while(|at| *at <= self.total_s)
            .collect()
    }

    /// What is written at a tick.
    pub(super) fn label(self, at_s: f64) -> String {
        if self.total_s <= MINUTES_FROM_S {
            return format!("{at_s:.0} s");
        }
        format!("{:.0}:{:02.0}", (at_s / 60.0).trunc(), at_s % 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_places() {
        let axis = Axis { total_s: 80.0 };
        assert_eq!(axis.point(20.0), "left:25.00%");
        assert_eq!(axis.stretch(20.0, 60.0), "left:25.00%;width:50.00%");
        assert_eq!(axis.stretch(-5.0, 900.0), "left:0.00%;width:100.00%");
        assert_eq!(axis.stretch(60.0, 20.0), "left:75.00%;width:0.00%");
        assert_eq!(axis.point(f64::NAN), "left:0.00%");
    }

    #[test]
    fn ticks_are_few_and_round() {
        for total_s in [0.5, 7.0, 45.0, 90.0, 130.0, 1_350.0, 90_000.0] {
            let axis = Axis { total_s };
            let ticks = axis.ticks();
            assert!((1..=8).contains(&ticks.len()), "{total_s}: {ticks:?}");
            assert!(ticks.last().is_some_and(|last| *last <= total_s));
        }
        assert_eq!(
            Axis { total_s: 90.0 }.ticks(),
            [0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0]
        );
        assert_eq!(Axis { total_s: 90.0 }.label(15.0), "15 s");
        assert_eq!(Axis { total_s: 1_350.0 }.label(905.0), "15:05");
    }
}
