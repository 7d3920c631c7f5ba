//! The overview of many drills, on one page that needs no script and no network: the figures, each
//! drill against its limit, and which drill proves which alert.

use super::looks::Tone;
use super::markup::{each, text};
use super::words;
use crate::catalogue::Scoreboard;
use crate::catalogue::score::{Share, Times};
use crate::drill::verdict::Verdict;
use crate::report::catalogue::Overview;

mod coverage;
mod drills;

const STYLE: &str = concat!(
    include_str!("style.css"),
    include_str!("overview/style.css")
);

/// The page.
pub fn render(overview: &Overview<'_>) -> String {
    let score = overview.scoreboard;
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{passed} of {of} drills passed</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         {banner}{tiles}{drills}{coverage}</main>\n</body>\n</html>\n",
        passed = score.passed.part,
        of = score.passed.of,
        banner = banner(overview),
        tiles = tiles(score),
        drills = drills::drills(overview),
        coverage = coverage::coverage(&score.coverage),
    )
}

fn banner(overview: &Overview<'_>) -> String {
    let tone = Tone::of(overview.verdict);
    let passed = overview.scoreboard.passed;
    let unproven: Vec<&str> = overview.scoreboard.coverage.unproven().collect();
    let coverage = if unproven.is_empty() {
        "Every alert is proven by a drill.".to_owned()
    } else {
        format!("Not proven by any drill: {}.", unproven.join(", "))
    };
    let word = if overview.verdict == Verdict::Pass {
        "PASS".to_owned()
    } else {
        format!("{} did not pass", passed.of - passed.part)
    };
    format!(
        "<header class=\"banner {class}\">\n{icon}\n<div>\n<p class=\"verdict\">{word}</p>\n\
         <p class=\"meaning\">{part} of {of} drills passed. {coverage}</p>\n</div>\n</header>\n",
        class = tone.class(),
        icon = tone.icon(),
        part = passed.part,
        of = passed.of,
        coverage = text(&coverage),
    )
}

fn tiles(score: &Scoreboard) -> String {
    let tiles = [
        share("Recall", score.recall, "expected alerts came in time"),
        share("Precision", score.precision, "alerts that fired were due"),
        times("Time to detect", score.time_to_detect),
        times("Time to deliver", score.time_to_deliver),
        times("Time to resolve", score.time_to_resolve),
        (
            "False alarms",
            format!("{:.2}", score.false_alarms_per_hour),
            format!(
                "an hour: {} in {:.2} h of watching",
                score.false_alarms, score.watched_hours
            ),
        ),
        share(
            "Culprit named",
            score.culprit_named,
            "first pages named who was broken",
        ),
        times("Detected from effect", score.time_to_detect_from_effect),
    ];
    let tiles = each(tiles, |(name, value, note)| {
        format!(
            "<div class=\"tile\"><p class=\"name\">{name}</p><p class=\"value\">{value}</p><p class=\"quiet\">{note}</p></div>\n"
        )
    });
    format!("<div class=\"tiles\">\n{tiles}</div>\n")
}

type Tile = (&'static str, String, String);

fn share(name: &'static str, share: Share, what: &str) -> Tile {
    let value = share
        .ratio()
        .map_or_else(|| words::NONE.to_owned(), |ratio| format!("{ratio:.3}"));
    (
        name,
        value,
        format!("{} of {} {what}", share.part, share.of),
    )
}

fn times(name: &'static str, times: Times) -> Tile {
    let note = format!(
        "median; p95 {}, longest {}",
        words::maybe_seconds(times.p95_s),
        words::maybe_seconds(times.max_s)
    );
    (name, words::maybe_seconds(times.median_s), note)
}

#[cfg(test)]
mod tests;
