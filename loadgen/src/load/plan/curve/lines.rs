//! Rates made of straight lines: constant, ramp, steps, spike.

/// Straight lines, one after the other; the rate that the last one ends with holds for ever.
#[derive(Clone, Debug)]
pub(in crate::load::plan) struct Lines(Vec<Line>);

#[derive(Clone, Copy, Debug)]
struct Line {
    /// Where it begins, seconds.
    starts: f64,
    /// The integral of all lines before it.
    visits_before: f64,
    /// Its rate where it begins, visits a second.
    rate: f64,
    /// What the rate gains each second.
    slope: f64,
}

impl Lines {
    /// One level after the other, each for an equal share of `lasts_s`.
    pub(super) fn steps(
        rates: impl IntoIterator<Item = f64, IntoIter: ExactSizeIterator>,
        lasts_s: f64,
    ) -> Self {
        let rates = rates.into_iter();
        let share = lasts_s / rates.len() as f64;
        Self::joined(rates.map(|rate| (share, rate, 0.0)))
    }

    /// From one rate to the other, and on with that.
    pub(super) fn ramp(from: f64, to: f64, lasts_s: f64) -> Self {
        if lasts_s <= 0.0 {
            return Self::steps([to], lasts_s);
        }
        Self::joined([(lasts_s, from, (to - from) / lasts_s), (0.0, to, 0.0)])
    }

    /// Lines of (length, rate, slope), laid end to end.
    fn joined(lines: impl IntoIterator<Item = (f64, f64, f64)>) -> Self {
        let (mut starts, mut visits_before) = (0.0, 0.0);
        let lines = lines.into_iter().map(|(length, rate, slope)| {
            let line = Line {
                starts,
                visits_before,
                rate,
                slope,
            };
            starts += length;
            visits_before = line.integral(starts);
            line
        });
        Self(lines.collect())
    }

    pub(super) fn reaches(&self, visits: f64) -> Option<f64> {
        let next = self.0.iter().skip(1).map(|line| line.visits_before);
        self.0
            .iter()
            .zip(next.chain([f64::INFINITY]))
            .find(|(_, visits_after)| visits <= *visits_after)
            .and_then(|(line, _)| line.reaches(visits))
    }

    pub(super) fn peak(&self) -> f64 {
        self.0.iter().map(|line| line.rate).fold(0.0, f64::max)
    }
}

impl Line {
    fn integral(&self, t: f64) -> f64 {
        let x = t - self.starts;
        self.visits_before + x * (self.rate + 0.5 * self.slope * x)
    }

    /// Solves `rate·x + slope·x²/2 = visits` in the form that does not cancel for small slopes.
    fn reaches(&self, visits: f64) -> Option<f64> {
        let missing = visits - self.visits_before;
        if missing <= 0.0 {
            return Some(self.starts);
        }
        let rate_there = (self.rate * self.rate + 2.0 * self.slope * missing)
            .max(0.0)
            .sqrt();
        let twice_the_mean_rate = self.rate + rate_there;
        (twice_the_mean_rate > 0.0).then(|| self.starts + 2.0 * missing / twice_the_mean_rate)
    }
}
