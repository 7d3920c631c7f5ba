//! Was what the customers saw within bounds?

use super::{Bench, Case, Observed, expectation};
use crate::drill::verdict::Verdict;
use crate::load::report::Figures;
use crate::scenario::{Figure, Threshold};

pub(super) fn judge(case: &Case<'_>, observed: &Observed, bench: &mut Bench) {
    for threshold in &case.scenario.expect.thresholds {
        let name = name(threshold);
        let Some(value) =
            figures(threshold, observed).and_then(|figures| value(threshold.figure, figures))
        else {
            bench.find(Verdict::Invalid, format!("{name}: nothing was measured"));
            bench.expectations.push(expectation(
                "threshold",
                name,
                false,
                "nothing was measured",
            ));
            continue;
        };
        let held = value <= threshold.at_most;
        let detail = format!("measured {}", show(threshold.figure, value));
        if !held {
            bench.find(Verdict::Thresholds, format!("{name}: {detail}"));
        }
        bench
            .expectations
            .push(expectation("threshold", name, held, detail));
    }
}

fn name(threshold: &Threshold) -> String {
    let figure = match threshold.figure {
        Figure::FailedRatio => "failed visits",
        Figure::DroppedRatio => "dropped visits",
        Figure::P50Ms => "median response time",
        Figure::P99Ms => "99th percentile of the response time",
    };
    let phase = threshold
        .phase
        .as_deref()
        .map(|phase| format!(" in phase {phase}"))
        .unwrap_or_default();
    format!(
        "{figure}{phase} at most {}",
        show(threshold.figure, threshold.at_most)
    )
}

fn figures<'a>(threshold: &Threshold, observed: &'a Observed) -> Option<&'a Figures> {
    let Some(name) = &threshold.phase else {
        return Some(&observed.load.total);
    };
    observed
        .load
        .phases
        .iter()
        .find(|phase| phase.name == *name)
        .map(|phase| &phase.total)
}

/// Nothing where there is nothing to measure: a ratio of no visits is not a good one.
fn value(figure: Figure, figures: &Figures) -> Option<f64> {
    let counts = figures.counts;
    let ratio = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
    let time = |time: f64| (figures.response_time.count > 0).then_some(time);
    match figure {
        Figure::FailedRatio => ratio(counts.failed, counts.sent),
        Figure::DroppedRatio => ratio(counts.dropped, counts.intended),
        Figure::P50Ms => time(figures.response_time.p50_ms),
        Figure::P99Ms => time(figures.response_time.p99_ms),
    }
}

fn show(figure: Figure, value: f64) -> String {
    match figure {
        Figure::FailedRatio | Figure::DroppedRatio => format!("{:.2} %", value * 100.0),
        Figure::P50Ms | Figure::P99Ms => format!("{value:.1} ms"),
    }
}
