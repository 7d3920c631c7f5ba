//! A distribution of times.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::report::Quantiles;

/// Times, kept to the microsecond or to three digits, whichever is coarser.
#[derive(Clone, Debug)]
pub(crate) struct Times(Histogram<u32>);

/// Digits that every recorded time is good for.
const SIGNIFICANT_DIGITS: u8 = 3;

/// What lies beyond is recorded as this: the histogram's size depends on its largest value.
const LONGEST: Duration = Duration::from_hours(24);

impl Default for Times {
    fn default() -> Self {
        // It grows from nearly nothing with the largest value seen.
        Self(
            Histogram::new(SIGNIFICANT_DIGITS).expect("three digits are within the allowed 0 to 5"),
        )
    }
}

impl Times {
    pub(crate) fn record(&mut self, time: Duration) {
        let micros = time.min(LONGEST).as_micros();
        // Not `saturating_record`: it clamps to what was recorded before, and never grows. Within
        // the bound a growing histogram takes every value.
        let recorded = self.0.record(u64::try_from(micros).unwrap_or(u64::MAX));
        debug_assert!(recorded.is_ok(), "a growing histogram takes every time");
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        // Only a histogram of fixed size could refuse; this one grows.
        let merged = self.0.add(&other.0);
        debug_assert!(merged.is_ok(), "a growing histogram takes every other");
    }

    /// The value below which a share of all times lies, milliseconds; 0 where there are none.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1000.0
    }

    pub(crate) fn quantiles(&self) -> Quantiles {
        Quantiles {
            count: self.0.len(),
            p50_ms: self.quantile_ms(0.5),
            p90_ms: self.quantile_ms(0.9),
            p99_ms: self.quantile_ms(0.99),
            p999_ms: self.quantile_ms(0.999),
            max_ms: self.0.max() as f64 / 1000.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_good_to_three_digits_and_merge() {
        let (mut low, mut high) = (Times::default(), Times::default());
        for milli in 1..=500 {
            low.record(Duration::from_millis(milli));
            high.record(Duration::from_millis(milli + 500));
        }
        low.merge(&high);
        let found = low.quantiles();
        assert_eq!(found.count, 1000);
        for (value, expected) in [
            (found.p50_ms, 500.0),
            (found.p90_ms, 900.0),
            (found.p99_ms, 990.0),
            (found.p999_ms, 999.0),
            (found.max_ms, 1000.0),
        ] {
            assert!(
                (value - expected).abs() <= expected * 0.001,
                "{value} {expected}"
            );
        }
    }

    #[test]
    fn nothing_recorded_is_zero_not_a_number_out_of_nowhere() {
        assert_eq!(Times::default().quantiles(), Quantiles::default());
    }
}
