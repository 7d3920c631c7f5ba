//! The drill on one time axis: phases, faults, rates, latency and alerts, one lane below the other.
//! What concerns all lanes (fault windows, phase boundaries) lies behind all of them.
//!
//! Lanes are boxes placed by percentages, with curves in SVGs that stretch: text keeps its size on
//! every screen, and the same moment is the same place in each lane.

use axis::Axis;

use super::markup::{each, section, text};
use crate::report::record::DrillRecord;

mod alerts;
mod axis;
mod bins;
mod causes;
mod latency;
mod rate;
mod svg;

/// The whole chart with its legend; nothing where nothing lasted.
pub(super) fn chart(record: &DrillRecord) -> String {
    let Some(axis) = Axis::covering(record) else {
        return String::new();
    };
    let bins = bins::bins(&record.load.seconds, axis.total_s());
    let body = format!(
        "<div class=\"chart\">\n{backdrop}{phases}{faults}{rate}{latency}{alerts}{ticks}</div>\n{legend}",
        backdrop = backdrop(record, axis),
        phases = causes::phases(&record.load.phases, axis),
        faults = causes::faults(&record.faults, axis),
        rate = rate::lane(&bins, axis),
        latency = latency::lane(&bins, axis),
        alerts = alerts::lanes(&record.alerts, axis),
        ticks = ticks(axis),
        legend = legend(),
    );
    section("timeline", "What happened", &body)
}

/// One lane: a name, and a plot on the time axis. Both are markup already.
fn lane(class: &str, name: &str, plot: &str) -> String {
    format!(
        "<div class=\"lane {class}\"><div class=\"name\">{name}</div><div class=\"plot\">{plot}</div></div>\n"
    )
}

fn backdrop(record: &DrillRecord, axis: Axis) -> String {
    let grid = each(axis.ticks(), |at| {
        format!("<i class=\"grid\" style=\"{}\"></i>", axis.point(at))
    });
    let shades = each(&record.faults, |fault| {
        format!(
            "<i class=\"shade\" style=\"{}\"></i>",
            axis.stretch(fault.from_s, fault.to_s)
        )
    });
    let boundaries = each(record.load.phases.iter().skip(1), |phase| {
        format!(
            "<i class=\"boundary\" style=\"{}\"></i>",
            axis.point(phase.starts_s)
        )
    });
    format!("<div class=\"backdrop\" aria-hidden=\"true\">{grid}{shades}{boundaries}</div>\n")
}

fn ticks(axis: Axis) -> String {
    let ticks = each(axis.ticks(), |at| {
        format!(
            "<span style=\"{}\">{}</span>",
            axis.point(at),
            text(&axis.label(at))
        )
    });
    lane(
        "axis",
        "<span class=\"quiet\">since the start</span>",
        &ticks,
    )
}

fn legend() -> String {
    let entries = [
        ("intended", "intended"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("p50", "median"),
        ("p99", "99th percentile"),
        ("fault", "fault"),
        ("pending", "pending"),
        ("firing", "firing"),
    ];
    let entries = each(entries, |(class, word)| {
        format!("<li><i class=\"swatch {class}\"></i>{word}</li>")
    });
    format!(
        "<ul class=\"legend\">{entries}<li>{}delivered</li><li>{}resolved</li><li>{}effect proven</li></ul>\n",
        svg::ENVELOPE,
        svg::TICK,
        svg::DIAMOND
    )
}
