//! Each expectation and what came of it.

use super::looks::Tone;
use super::markup::{cell, each, figure_cell, section, text};
use super::words;
use crate::report::record::{DrillRecord, ExpectationRecord};

/// The table of expectations.
pub(super) fn expectations(record: &DrillRecord) -> String {
    if record.expectations.is_empty() {
        return String::new();
    }
    let rows = each(&record.expectations, row);
    section(
        "expectations",
        "What had to be seen",
        &format!(
            "<table class=\"stacks\">\n<thead><tr><th>Held</th><th>Expectation</th><th class=\"figure\">Took</th>\
             <th class=\"figure\">Delivered</th><th class=\"figure\">Limit</th><th>Detail</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        ),
    )
}

fn row(expectation: &ExpectationRecord) -> String {
    let tone = Tone::of_held(expectation.held);
    let held = format!(
        "<span class=\"held {class}\">{icon}{word}</span>",
        class = tone.class(),
        icon = tone.icon(),
        word = if expectation.held { "held" } else { "not held" },
    );
    let took = format!(
        "{}{}",
        words::maybe_seconds(expectation.took_s),
        meter(expectation)
    );
    // A matcher is one long word; its labels may begin a new line.
    let name = text(&expectation.name).to_string().replace('{', "<wbr>{");
    format!(
        "<tr>{}{}{}{}{}{}</tr>\n",
        cell("Held", &held),
        cell("Expectation", &format!("<b>{name}</b>")),
        figure_cell("Took", &took),
        figure_cell("Delivered", &words::maybe_seconds(expectation.delivered_s)),
        figure_cell("Limit", &words::maybe_seconds(expectation.limit_s)),
        cell(
            "Detail",
            &format!("<span class=\"quiet\">{}</span>", text(&expectation.detail))
        ),
    )
}

/// How much of the limit was used, as a bar.
fn meter(expectation: &ExpectationRecord) -> String {
    match (expectation.took_s, expectation.limit_s) {
        (Some(took), Some(limit)) if limit > 0.0 && took.is_finite() => {
            let used = (took / limit * 100.0).clamp(0.0, 100.0);
            let over = if took > limit { " over" } else { "" };
            format!(
                "<span class=\"meter{over}\" aria-hidden=\"true\"><i style=\"width:{used:.1}%\"></i></span>"
            )
        }
        _ => String::new(),
    }
}
