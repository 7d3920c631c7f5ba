//! A rate that swings around a mean.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// `mean + amplitude · sin`, and nobody while that is below zero.
#[derive(Clone, Copy, Debug)]
pub(in crate::load::plan) struct Wave {
    mean: f64,
    amplitude: f64,
    /// Radians a second.
    speed: f64,
    /// The wave is above zero from `-rises` to `π + rises`; a whole turn if it never sinks below.
    rises: f64,
}

/// Halvings that take any search interval down to the precision of an `f64`.
const HALVINGS: u32 = 64;

impl Wave {
    pub(super) fn new(mean: f64, amplitude: f64, period_s: f64) -> Self {
        // A wave without length is its mean.
        let (amplitude, speed) = if period_s > 0.0 {
            (amplitude, TAU / period_s)
        } else {
            (0.0, TAU)
        };
        let rises = if amplitude > mean {
            (mean / amplitude).asin()
        } else {
            FRAC_PI_2
        };
        Self {
            mean,
            amplitude,
            speed,
            rises,
        }
    }

    fn integral(&self, t: f64) -> f64 {
        (self.turned(self.speed * t) - self.turned(0.0)) / self.speed
    }

    pub(super) fn reaches(&self, visits: f64) -> Option<f64> {
        let a_period = TAU / self.speed;
        let visits_a_period = self.a_turn() / self.speed;
        if visits_a_period <= 0.0 {
            return None;
        }
        let mut early = (visits / visits_a_period).floor() * a_period;
        let mut late = early + a_period;
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(early, late);
            if self.integral(middle) < visits {
                early = middle;
            } else {
                late = middle;
            }
        }
        Some(late)
    }

    pub(super) fn peak(&self) -> f64 {
        self.mean + self.amplitude
    }

    /// The integral over the angle, from the bottom of the wave before zero.
    fn turned(&self, angle: f64) -> f64 {
        let from_the_bottom = angle + FRAC_PI_2;
        let turns = (from_the_bottom / TAU).floor();
        let within = from_the_bottom - turns * TAU - FRAC_PI_2;
        let above_zero = within.clamp(-self.rises, PI + self.rises);
        turns * self.a_turn() + self.primitive(above_zero) - self.primitive(-self.rises)
    }

    fn a_turn(&self) -> f64 {
        self.primitive(PI + self.rises) - self.primitive(-self.rises)
    }

    fn primitive(&self, angle: f64) -> f64 {
        self.mean * angle - self.amplitude * angle.cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The integral by small steps.
    fn summed(wave: impl Fn(f64) -> f64, until: f64) -> f64 {
        let steps = 200_000;
        let step = until / f64::from(steps);
        (0..steps)
            .map(|n| wave((f64::from(n) + 0.5) * step).max(0.0) * step)
            .sum()
    }

    #[test]
    fn the_integral_is_that_of_the_wave_above_zero() {
        for (mean, amplitude) in [(5.0, 3.0), (5.0, 5.0), (2.0, 6.0), (4.0, 0.0)] {
            let wave = Wave::new(mean, amplitude, 7.0);
            for until in [0.5, 3.0, 5.3, 7.0, 20.0] {
                let rate = |t: f64| mean + amplitude * (TAU * t / 7.0).sin();
                let expected = summed(rate, until);
                let found = wave.integral(until);
                assert!(
                    (found - expected).abs() < 1e-4,
                    "{mean} ± {amplitude} until {until}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn reaching_undoes_the_integral() {
        let wave = Wave::new(2.0, 6.0, 7.0);
        for visits in [0.1, 1.0, 13.37, 500.5] {
            let t = wave.reaches(visits).expect("a wave goes on");
            assert!((wave.integral(t) - visits).abs() < 1e-6, "{visits}");
        }
        assert_eq!(Wave::new(0.0, 0.0, 7.0).reaches(1.0), None);
    }
}
