//! Alert × scenario.

use crate::catalogue::score::{Cell, Coverage, Row};
use crate::report::html::markup::{each, section, text};

/// The matrix. Its words are in titles and in the legend: nobody has to see a colour.
pub(super) fn coverage(coverage: &Coverage) -> String {
    let heads = each(&coverage.scenarios, |scenario| {
        format!("<th class=\"turned\"><span>{}</span></th>", text(scenario))
    });
    let rows = each(&coverage.alerts, |alert| row(alert, &coverage.scenarios));
    section(
        "coverage",
        "What proves which alert",
        &format!(
            "<div class=\"scrolls\"><table class=\"matrix\">\n<thead><tr><th>Alert</th>{heads}</tr></thead>\n\
             <tbody>\n{rows}</tbody>\n</table></div>\n\
             <p class=\"quiet legend-line\"><b class=\"proven\">●</b> expected, and came in time \
             <b class=\"missed\">✕</b> expected, and did not <b class=\"may\">○</b> fired, as it may \
             <b class=\"missed\">!</b> fired, and should not have</p>\n"
        ),
    )
}

fn row(row: &Row, scenarios: &[String]) -> String {
    let cells = each(row.cells.iter().zip(scenarios), |(cell, scenario)| {
        mark(*cell, &row.alert, scenario)
    });
    let class = if row.proven {
        ""
    } else {
        " class=\"unproven\""
    };
    let note = match (row.proven, row.cells.iter().any(|cell| cell.proven > 0)) {
        (true, true) => "",
        (true, false) => " <em class=\"quiet\">by every preflight</em>",
        (false, _) => " <em>not proven</em>",
    };
    format!(
        "<tr{class}><th scope=\"row\">{}{note}</th>{cells}</tr>\n",
        text(&row.alert)
    )
}

fn mark(cell: Cell, alert: &str, scenario: &str) -> String {
    let of = |part: usize, whole: usize| {
        if whole > 1 {
            format!(" ({part} of {whole})")
        } else {
            String::new()
        }
    };
    let (class, sign, words) = match cell {
        Cell { unexpected, .. } if unexpected > 0 => (
            "missed",
            "!",
            format!("fired, and should not have, {unexpected} times"),
        ),
        Cell {
            expected, proven, ..
        } if proven < expected => (
            "missed",
            "✕",
            format!(
                "expected, and did not come{}",
                of(expected - proven, expected)
            ),
        ),
        Cell {
            expected, proven, ..
        } if expected > 0 => ("proven", "●", format!("proven{}", of(proven, expected))),
        Cell { allowed, .. } if allowed > 0 => ("may", "○", "fired, as it may".to_owned()),
        _ => return "<td></td>".to_owned(),
    };
    format!(
        "<td class=\"{class}\" title=\"{} in {}: {words}\">{sign}</td>",
        text(alert),
        text(scenario)
    )
}
