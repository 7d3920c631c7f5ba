//! A rate over time, its integral, and the integral's inverse.
//!
//! Both spacings are one idea: an arrival happens whenever the integral of the rate reaches the next
//! mark. Marks one apart give even spacing, marks an exponential draw apart give Poisson arrivals
//! of exactly that rate.

mod lines;
mod wave;

use lines::Lines;
use wave::Wave;

use crate::scenario::{Arrivals, Spacing};

/// Visits a second over a phase's time, and on after it.
#[derive(Clone, Debug)]
pub(super) enum Curve {
    Lines(Lines),
    Wave(Wave),
}

impl Curve {
    /// The curve and spacing of a plan that is a rate; nothing for one that is a list of moments.
    pub(super) fn of(arrivals: &Arrivals, lasts_s: f64) -> Option<(Self, Spacing)> {
        let (lines, spacing) = match arrivals {
            Arrivals::Constant { rate, spacing } => {
                (Lines::steps([rate.per_second()], lasts_s), spacing)
            }
            Arrivals::Ramp { from, to, spacing } => (
                Lines::ramp(from.per_second(), to.per_second(), lasts_s),
                spacing,
            ),
            Arrivals::Step { rates, spacing } => (
                Lines::steps(rates.iter().map(|rate| rate.per_second()), lasts_s),
                spacing,
            ),
            Arrivals::Spike {
                base,
                peak,
                spacing,
            } => {
                let (base, peak) = (base.per_second(), peak.per_second());
                (Lines::steps([base, peak, base], lasts_s), spacing)
            }
            Arrivals::Sine {
                mean,
                amplitude,
                period,
                spacing,
            } => {
                let period_s = period.get().as_secs_f64();
                let wave = Wave::new(mean.per_second(), amplitude.per_second(), period_s);
                return Some((Self::Wave(wave), *spacing));
            }
            Arrivals::None {} | Arrivals::Burst { .. } | Arrivals::Replay { .. } => return None,
        };
        Some((Self::Lines(lines), *spacing))
    }

    /// When the integral reaches `visits`, seconds; nothing if it never does.
    pub(super) fn reaches(&self, visits: f64) -> Option<f64> {
        match self {
            Self::Lines(lines) => lines.reaches(visits),
            Self::Wave(wave) => wave.reaches(visits),
        }
    }

    /// The highest rate, visits a second.
    pub(super) fn peak(&self) -> f64 {
        match self {
            Self::Lines(lines) => lines.peak(),
            Self::Wave(wave) => wave.peak(),
        }
    }
}
