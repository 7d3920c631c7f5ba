//! How many came, and how they fared, per second.

use super::axis::Axis;
use super::bins::Bin;
use super::lane as any_lane;
use super::svg::{self, Step};

/// The lane of rates; nothing where nobody came.
pub(super) fn lane(bins: &[Bin], axis: Axis) -> String {
    let highest = bins
        .iter()
        .map(|bin| bin.intended.max(bin.completed + bin.failed))
        .fold(0.0, f64::max);
    if highest <= 0.0 {
        return String::new();
    }
    let top = round_up(highest * 1.05);
    let steps = |value: fn(&Bin) -> f64| -> Vec<Step> {
        bins.iter()
            .map(|bin| Step {
                from: axis.share(bin.from_s),
                to: axis.share(bin.to_s),
                height: value(bin) / top,
            })
            .collect()
    };
    let nothing = steps(|_| 0.0);
    let completed = steps(|bin| bin.completed);
    let answered = steps(|bin| bin.completed + bin.failed);
    let curves = [
        svg::level(0.5),
        svg::area("completed", &nothing, &completed),
        svg::area("failed", &completed, &answered),
        svg::line("intended", &steps(|bin| bin.intended)),
    ]
    .concat();
    let words = [(1.0, top), (0.5, top / 2.0)]
        .map(|(height, rate)| svg::level_word(height, &format!("{rate}/s")));
    any_lane(
        "tall",
        "<b>Visits</b><span class=\"line quiet\">per second, by intended start</span>",
        &(svg::plot(&curves) + &words.concat()),
    )
}

/// The next of 1, 2, 4, 6, 8 × a power of ten: its half reads well too.
fn round_up(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 4.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|rounded| *rounded >= value)
        .unwrap_or(10.0 * decade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_round_and_holds_the_value() {
        for (value, top) in [
            (0.3, 0.4),
            (1.0, 1.0),
            (2.8, 4.0),
            (14.6, 20.0),
            (99.0, 100.0),
            (1200.0, 2000.0),
        ] {
            assert!((round_up(value) - top).abs() < 1e-9, "{value}");
        }
    }
}
