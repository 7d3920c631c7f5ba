//! Curves and marks as SVG.

use std::fmt::Write as _;

/// An envelope: delivered.
pub(super) const ENVELOPE: &str = "<svg class=\"mark envelope\" viewBox=\"0 0 16 12\" aria-hidden=\"true\"><rect x=\"1\" y=\"1\" width=\"14\" height=\"10\" rx=\"1.5\"/><path d=\"M1.5 2l6.5 5 6.5-5\"/></svg>";

/// A tick: resolved.
pub(super) const TICK: &str = "<svg class=\"mark tick\" viewBox=\"0 0 16 12\" aria-hidden=\"true\"><path d=\"M2 6.5l4 4 8-9\"/></svg>";

/// A diamond: the effect was proven.
pub(super) const DIAMOND: &str = "<svg class=\"mark diamond\" viewBox=\"0 0 16 12\" aria-hidden=\"true\"><path d=\"M8 0l6 6-6 6-6-6z\"/></svg>";

/// The width of a plot in its own units.
const WIDTH: f64 = 1000.0;

/// The height of a plot in its own units.
const HEIGHT: f64 = 100.0;

/// A plot that stretches over its box.
pub(super) fn plot(curves: &str) -> String {
    format!(
        "<svg class=\"curves\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{curves}</svg>"
    )
}

/// A value of a step curve: from, to, and height, each from 0 to 1, height upwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) height: f64,
}

fn x(share: f64) -> f64 {
    share * WIDTH
}

fn y(height: f64) -> f64 {
    (1.0 - height) * HEIGHT
}

/// A step line through all steps. They must touch each other.
pub(super) fn line(class: &str, steps: &[Step]) -> String {
    let mut path = String::new();
    for (index, step) in steps.iter().enumerate() {
        let (from, to, height) = (x(step.from), x(step.to), y(step.height));
        // Writing into a String cannot fail.
        let _ = match index {
            0 => write!(path, "M{from:.1} {height:.1}H{to:.1}"),
            _ => write!(path, "V{height:.1}H{to:.1}"),
        };
    }
    curve(class, &path)
}

/// The area between two step curves over the same steps.
pub(super) fn area(class: &str, lower: &[Step], upper: &[Step]) -> String {
    let mut path = String::new();
    for (lower, upper) in lower.iter().zip(upper) {
        if upper.height > lower.height {
            let _ = write!(
                path,
                "M{from:.1} {low:.1}V{high:.1}H{to:.1}V{low:.1}z",
                from = x(upper.from),
                to = x(upper.to),
                low = y(lower.height),
                high = y(upper.height),
            );
        }
    }
    curve(class, &path)
}

/// A line through points (each from 0 to 1), broken where one is missing.
pub(super) fn points(class: &str, points: impl IntoIterator<Item = (f64, Option<f64>)>) -> String {
    let mut path = String::new();
    let mut drawing = false;
    for (at, height) in points {
        if let Some(height) = height {
            let (at, height) = (x(at), y(height));
            // A point alone is a line of no length: its round ends show it.
            let _ = if drawing {
                write!(path, "L{at:.1} {height:.1}")
            } else {
                write!(path, "M{at:.1} {height:.1}h0")
            };
        }
        drawing = height.is_some();
    }
    curve(class, &path)
}

/// A level across the whole plot.
pub(super) fn level(height: f64) -> String {
    curve("level", &format!("M0 {:.1}H{WIDTH}", y(height)))
}

fn curve(class: &str, path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    format!("<path class=\"{class}\" d=\"{path}\"/>")
}

/// A word at a height of the plot's left edge.
pub(super) fn level_word(height: f64, word: &str) -> String {
    format!(
        "<span class=\"level-word\" style=\"bottom:{:.1}%\">{word}</span>",
        height * 100.0
    )
}
