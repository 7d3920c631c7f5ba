//! Times of many, in a few figures.

use serde::Serialize;

/// Quantiles of measured times, seconds. By nearest rank: each is a time that was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Times {
    /// How many there are.
    pub count: usize,
    /// Half are no longer.
    pub median_s: Option<f64>,
    /// Nineteen of twenty are no longer.
    pub p95_s: Option<f64>,
    /// The longest.
    pub max_s: Option<f64>,
}

impl Times {
    /// Of these times, in any order.
    pub fn of(times: impl Iterator<Item = f64>) -> Self {
        let mut times: Vec<f64> = times.filter(|time| time.is_finite()).collect();
        times.sort_by(f64::total_cmp);
        Self {
            count: times.len(),
            median_s: rank(&times, 50),
            p95_s: rank(&times, 95),
            max_s: times.last().copied(),
        }
    }
}

fn rank(sorted: &[f64], percent: usize) -> Option<f64> {
    let index = (sorted.len() * percent).div_ceil(100).checked_sub(1)?;
    sorted.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_measured() {
        let times = Times::of((1..=20).rev().map(f64::from));
        assert_eq!(times.median_s, Some(10.0));
        assert_eq!(times.p95_s, Some(19.0));
        assert_eq!(times.max_s, Some(20.0));
        assert_eq!(Times::of([3.0].into_iter()).p95_s, Some(3.0));
        assert_eq!(Times::of(std::iter::empty()), Times::default());
    }
}
