//! How long customers waited. The scale is logarithmic: a fault moves latency by decades.

use super::axis::Axis;
use super::bins::Bin;
use super::lane as any_lane;
use super::svg;
use crate::report::html::markup::each;
use crate::report::html::words;

/// Whole decades of milliseconds, as powers of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decades {
    lowest: i32,
    highest: i32,
}

impl Decades {
    /// The decades that hold all values, at least two of them; none without a value.
    fn holding(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = values
            .filter(|value| value.is_finite() && *value > 0.0)
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if high <= 0.0 {
            return None;
        }
        let lowest = power(low.log10().floor());
        let highest = power(high.log10().ceil()).max(lowest + 2);
        Some(Self { lowest, highest })
    }

    fn height(self, millis: f64) -> Option<f64> {
        let span = f64::from(self.highest - self.lowest);
        (millis.is_finite() && millis > 0.0)
            .then(|| ((millis.log10() - f64::from(self.lowest)) / span).clamp(0.0, 1.0))
    }
}

/// A power of ten of a time in milliseconds. From a nanosecond to a year: it fits.
#[expect(clippy::cast_possible_truncation, reason = "clamped to what fits")]
fn power(exponent: f64) -> i32 {
    exponent.clamp(-6.0, 11.0) as i32
}

/// The lane of latencies; nothing where nothing was answered.
pub(super) fn lane(bins: &[Bin], axis: Axis) -> String {
    let values = bins.iter().flat_map(|bin| [bin.p50_ms, bin.p99_ms]);
    let Some(decades) = Decades::holding(values) else {
        return String::new();
    };
    let curve = |class, value: fn(&Bin) -> f64| {
        svg::points(
            class,
            bins.iter().map(|bin| {
                let middle = f64::midpoint(bin.from_s, bin.to_s);
                (axis.share(middle), decades.height(value(bin)))
            }),
        )
    };
    let levels: Vec<(f64, f64)> = (decades.lowest..=decades.highest)
        .map(|power| 10_f64.powi(power))
        .filter_map(|millis| Some((decades.height(millis)?, millis)))
        .collect();
    let inner = levels
        .iter()
        .filter(|(height, _)| *height > 0.0 && *height < 1.0);
    let curves = [
        each(inner, |(height, _)| svg::level(*height)),
        curve("p50", |bin| bin.p50_ms),
        curve("p99", |bin| bin.p99_ms),
    ]
    .concat();
    let words = each(levels.iter().skip(1), |(height, millis)| {
        svg::level_word(*height, &level(*millis))
    });
    any_lane(
        "tall",
        "<b>Response time</b><span class=\"line quiet\">logarithmic</span>",
        &(svg::plot(&curves) + &words),
    )
}

fn level(millis: f64) -> String {
    if millis < 1000.0 {
        format!("{millis} ms")
    } else {
        words::seconds(millis / 1000.0).replace(".0", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_hold_their_values() {
        let decades = Decades::holding([0.0, 3.0, 920.0, f64::NAN].into_iter());
        assert_eq!(
            decades,
            Some(Decades {
                lowest: 0,
                highest: 3
            })
        );
        assert_eq!(
            Decades::holding([5.0].into_iter()),
            Some(Decades {
                lowest: 0,
                highest: 2
            })
        );
        assert_eq!(Decades::holding([0.0].into_iter()), None);
    }

    #[test]
    fn heights_are_logarithmic_and_nothing_has_none() {
        let decades = Decades {
            lowest: 0,
            highest: 2,
        };
        assert!(
            decades
                .height(10.0)
                .is_some_and(|height| (height - 0.5).abs() < 1e-9)
        );
        assert_eq!(decades.height(1e9), Some(1.0));
        assert_eq!(decades.height(0.0), None);
    }

    #[test]
    fn levels_read_well() {
        assert_eq!(level(0.1), "0.1 ms");
        assert_eq!(level(100.0), "100 ms");
        assert_eq!(level(10_000.0), "10\u{202f}s");
    }
}
