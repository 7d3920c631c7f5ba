//! One lane an alert instance: pending, firing, delivered, resolved.

use super::axis::Axis;
use super::lane;
use super::svg;
use crate::report::html::markup::{each, text};
use crate::report::html::words;
use crate::report::record::{AlertLane, Stretch};

/// Labels that every lane shows in its own way, or that say nothing here.
const KNOWN_LABELS: [&str; 5] = ["alertname", "service", "severity", "speed", "job"];

/// An alert that ended this close to the axis's end was still on when the watching ended, seconds.
const STILL_ON_S: f64 = 0.5;

/// All lanes: expected alerts first, then those nobody expected, then the allowed ones.
pub(super) fn lanes(alerts: &[AlertLane], axis: Axis) -> String {
    if alerts.is_empty() {
        return lane(
            "bars",
            "<b>Alerts</b>",
            "<span class=\"silence\">none was pending or firing</span>",
        );
    }
    let mut sorted: Vec<&AlertLane> = alerts.iter().collect();
    sorted.sort_by(|one, other| {
        let starts = |lane: &AlertLane| {
            lane.stretches
                .first()
                .map_or(f64::MAX, |first| first.from_s)
        };
        rank(one)
            .cmp(&rank(other))
            .then(starts(one).total_cmp(&starts(other)))
    });
    each(sorted, |alert| alert_lane(alert, axis))
}

fn fired_s(alert: &AlertLane) -> Option<f64> {
    firing(alert).next().map(|stretch| stretch.from_s)
}

fn firing(alert: &AlertLane) -> impl Iterator<Item = &Stretch> {
    alert
        .stretches
        .iter()
        .filter(|stretch| stretch.state == "firing")
}

fn rank(alert: &AlertLane) -> u8 {
    match (alert.class, fired_s(alert)) {
        ("expected", _) => 0,
        ("allowed", Some(_)) => 2,
        (_, Some(_)) => 1,
        (_, None) => 3,
    }
}

/// The class in the style sheet, and the word for people.
fn class(alert: &AlertLane) -> (&'static str, &'static str) {
    match rank(alert) {
        0 => ("expected", "expected"),
        1 => ("unexpected", "unexpected"),
        2 => ("allowed", "allowed"),
        _ => ("allowed", "pending only"),
    }
}

fn alert_lane(alert: &AlertLane, axis: Axis) -> String {
    let (class, word) = class(alert);
    let label = |name: &str| alert.labels.get(name).map_or("", String::as_str);
    let name = format!(
        "<b title=\"{all}\">{alertname}</b><span class=\"line\"><span class=\"service\">{service}</span> \
         <span class=\"tag {class}\">{word}</span></span><span class=\"line quiet\">{others}{times}</span>",
        all = text(&all_labels(alert)),
        alertname = text(label("alertname")),
        service = text(label("service")),
        others = text(&other_labels(alert)),
        times = times(alert),
    );
    let bars = each(&alert.stretches, |stretch| bar(stretch, axis));
    let delivered = alert
        .delivered_s
        .map_or_else(String::new, |at| mark(at, "delivered", svg::ENVELOPE, axis));
    lane(
        &format!("bars alert {class}"),
        &name,
        &format!("{bars}{delivered}{}", resolved(alert, axis)),
    )
}

fn all_labels(alert: &AlertLane) -> String {
    let labels: Vec<String> = alert
        .labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""))
        .collect();
    labels.join(", ")
}

fn other_labels(alert: &AlertLane) -> String {
    each(
        alert
            .labels
            .iter()
            .filter(|(name, _)| !KNOWN_LABELS.contains(&name.as_str())),
        |(name, value)| format!("{name}={value} "),
    )
}

fn times(alert: &AlertLane) -> String {
    let fired = fired_s(alert).map(|at| format!("fired {}", words::seconds(at)));
    let delivered = alert
        .delivered_s
        .map(|at| format!("delivered {}", words::seconds(at)));
    fired
        .into_iter()
        .chain(delivered)
        .collect::<Vec<_>>()
        .join(" · ")
}

fn bar(stretch: &Stretch, axis: Axis) -> String {
    let state = if stretch.state == "firing" {
        "firing"
    } else {
        "pending"
    };
    format!(
        "<i class=\"bar {state}\" style=\"{place}\" title=\"{state} from {from} to {to}\"></i>",
        place = axis.stretch(stretch.from_s, stretch.to_s),
        from = words::seconds(stretch.from_s),
        to = words::seconds(stretch.to_s),
    )
}

/// The end of the last firing, if it ended while somebody watched.
fn resolved(alert: &AlertLane, axis: Axis) -> String {
    firing(alert)
        .last()
        .filter(|last| last.to_s < axis.total_s() - STILL_ON_S)
        .map_or_else(String::new, |last| {
            mark(last.to_s, "resolved", svg::TICK, axis)
        })
}

fn mark(at_s: f64, word: &str, shape: &str, axis: Axis) -> String {
    format!(
        "<span class=\"at {word}\" style=\"{}\" title=\"{word} at {}\">{shape}</span>",
        axis.point(at_s),
        words::seconds(at_s)
    )
}
