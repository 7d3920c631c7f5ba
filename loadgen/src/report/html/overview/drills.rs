//! Each drill: its verdict, and its slowest alert against the limit.

use crate::drill::verdict::Verdict;
use crate::report::catalogue::{Entry, Overview};
use crate::report::html::looks::Tone;
use crate::report::html::markup::{cell, each, figure_cell, section, text};
use crate::report::html::words;
use crate::report::record::ExpectationRecord;

/// The table of drills.
pub(super) fn drills(overview: &Overview<'_>) -> String {
    let longest = overview
        .drills
        .iter()
        .filter_map(|drill| slowest(drill)?.limit_s)
        .fold(1.0, f64::max);
    let rows = each(&overview.drills, |drill| row(drill, longest));
    section(
        "drills",
        "The drills",
        &format!(
            "<table class=\"stacks\">\n<thead><tr><th>Verdict</th><th>Drill</th><th>Detected, and the limit</th>\
             <th class=\"figure\">Delivered</th><th class=\"figure\">Resolved</th><th>First page</th></tr></thead>\n\
             <tbody>\n{rows}</tbody>\n</table>\n"
        ),
    )
}

fn row(drill: &Entry<'_>, longest: f64) -> String {
    let record = drill.record;
    let tone = Tone::of(record.verdict);
    let verdict = format!(
        "<span class=\"held {}\">{}{}</span>",
        tone.class(),
        tone.icon(),
        record.verdict.word().replace('_', " ")
    );
    let name = text(drill.name);
    let reason = record.findings.first().map(|finding| &finding.reason);
    let about = match (record.verdict, reason) {
        (Verdict::Pass, _) | (_, None) => &record.summary,
        (_, Some(reason)) => reason,
    };
    let what = format!(
        "<div><a href=\"{name}/report.html\"><b>{name}</b></a><br><span class=\"quiet\">{}</span></div>",
        text(about)
    );
    let slowest_of = |kind: &str, figure: fn(&ExpectationRecord) -> Option<f64>| {
        let all = record.expectations.iter().filter(|one| one.kind == kind);
        words::maybe_seconds(all.filter_map(figure).reduce(f64::max))
    };
    let named = match drill.culprit_named {
        Some(true) => "names the culprit",
        Some(false) => "names another",
        None => words::NONE,
    };
    format!(
        "<tr>{}{}{}{}{}{}</tr>\n",
        cell("Verdict", &verdict),
        cell("Drill", &what),
        cell("Detected", &detected(drill, longest)),
        figure_cell("Delivered", &slowest_of("fires", |one| one.delivered_s)),
        figure_cell("Resolved", &slowest_of("resolves", |one| one.took_s)),
        cell("First page", named),
    )
}

/// The expected alert that came last, or not at all.
fn slowest<'a>(drill: &Entry<'a>) -> Option<&'a ExpectationRecord> {
    let fires = drill.record.expectations.iter();
    fires
        .filter(|one| one.kind == "fires")
        .max_by(|a, b| order(a).total_cmp(&order(b)))
}

fn order(fires: &ExpectationRecord) -> f64 {
    fires.took_s.unwrap_or(f64::INFINITY)
}

/// A bar as long as the limit, on one scale for all drills, filled as far as it took.
fn detected(drill: &Entry<'_>, longest: f64) -> String {
    let Some(fires) = slowest(drill) else {
        return "nothing was to fire".to_owned();
    };
    let alert = text(fires.alert.as_deref().unwrap_or_default());
    let Some(limit) = fires.limit_s else {
        return format!("<span class=\"quiet\">{alert} never</span>");
    };
    let width = (limit / longest * 100.0).clamp(2.0, 100.0);
    let used = fires.took_s.map_or(0.0, |took| {
        (took / limit.max(f64::MIN_POSITIVE) * 100.0).clamp(0.0, 100.0)
    });
    let over = if fires.held { "" } else { " over" };
    let took = fires
        .took_s
        .map_or_else(|| "never".to_owned(), words::seconds);
    format!(
        "<div class=\"time\"><span class=\"against\"><span class=\"limit{over}\" style=\"width:{width:.1}%\"><i style=\"width:{used:.1}%\"></i></span></span>\
         <span class=\"quiet\">{alert} {took} of {}</span></div>",
        words::seconds(limit)
    )
}
