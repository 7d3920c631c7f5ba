//! The top of the page: the verdict, and what the drill is about.

use super::looks::{Tone, meaning};
use super::markup::{each, text};
use super::words;
use crate::drill::verdict::Verdict;
use crate::report::record::DrillRecord;

/// Verdict in word, colour and icon; scenario, summary, teaching point and reasons.
pub(super) fn banner(record: &DrillRecord) -> String {
    let tone = Tone::of(record.verdict);
    format!(
        "<header class=\"banner {class}\">\n{icon}\n<div>\n<p class=\"verdict\">{word}</p>\n\
         <p class=\"meaning\">{meaning} <span class=\"quiet\">Exit code {code}.</span></p>\n{others}</div>\n</header>\n\
         <div class=\"story\">\n<h1>{scenario}</h1>\n<p class=\"summary\">{summary}</p>\n{teaches}\
         <p class=\"quiet\">{started}, {lasted} · seed {seed}</p>\n</div>\n{findings}",
        class = tone.class(),
        icon = tone.icon(),
        word = record.verdict.word().replace('_', " "),
        meaning = meaning(record.verdict),
        code = record.verdict.exit_code(),
        others = other_verdicts(record),
        scenario = text(&record.scenario),
        summary = text(&record.summary),
        teaches = teaches(record),
        started = words::utc(record.started_at),
        lasted = words::seconds((record.ended_at - record.started_at).as_seconds_f64()),
        seed = record.seed,
        findings = findings(record),
    )
}

fn teaches(record: &DrillRecord) -> String {
    if record.teaches.is_empty() {
        return String::new();
    }
    format!(
        "<p class=\"teaches\"><b>What it teaches</b> {}</p>\n",
        text(&record.teaches)
    )
}

fn other_verdicts(record: &DrillRecord) -> String {
    let others: Vec<&Verdict> = record
        .verdicts
        .iter()
        .filter(|verdict| **verdict != record.verdict)
        .collect();
    if others.is_empty() {
        return String::new();
    }
    let words: Vec<&str> = others.iter().map(|verdict| verdict.word()).collect();
    format!("<p class=\"quiet\">Also {}.</p>\n", words.join(", "))
}

fn findings(record: &DrillRecord) -> String {
    if record.findings.is_empty() {
        return String::new();
    }
    let items = each(&record.findings, |finding| {
        let tone = Tone::of(finding.verdict);
        format!(
            "<li>{icon}<span><b>{word}</b> {reason}</span></li>\n",
            icon = tone.icon(),
            word = finding.verdict.word(),
            reason = text(&finding.reason),
        )
    });
    format!("<ul class=\"findings\">\n{items}</ul>\n")
}
