//! The scoreboard in words.

use std::fmt::Write as _;

use crate::catalogue::score::{Coverage, Row, Times, has_fired};
use crate::catalogue::{Planned, Scoreboard};
use crate::drill::duration::show;
use crate::drill::verdict::Verdict;
use crate::report::record::DrillRecord;

/// `PASS          surge               detected 18.3 s, delivered 19.2 s, resolved 11.0 s`
pub(super) fn over(drill: &Planned, record: &DrillRecord) -> String {
    if record.survey_s.is_some() && record.verdict == Verdict::Pass {
        return surveyed(drill, record);
    }
    let slowest =
        |kind: &str, figure: fn(&crate::report::record::ExpectationRecord) -> Option<f64>| {
            let all = record.expectations.iter().filter(|one| one.kind == kind);
            all.filter_map(figure).reduce(f64::max)
        };
    let times = [
        ("detected", slowest("fires", |one| one.took_s)),
        ("delivered", slowest("fires", |one| one.delivered_s)),
        ("resolved", slowest("resolves", |one| one.took_s)),
    ];
    let times: Vec<String> = times
        .iter()
        .filter_map(|(word, time)| Some(format!("{word} {}", show((*time)?))))
        .collect();
    let what = match (record.verdict, record.findings.first()) {
        (Verdict::Pass, _) | (_, None) if times.is_empty() => "silent".to_owned(),
        (Verdict::Pass, _) | (_, None) => times.join(", "),
        (_, Some(finding)) => finding.reason.clone(),
    };
    format!("{:<13} {:<20} {what}", record.verdict.word(), drill.name)
}

/// Where nobody in particular was expected, there is nothing to pass: who came, instead.
fn surveyed(drill: &Planned, record: &DrillRecord) -> String {
    let mut fired: Vec<&str> = Vec::new();
    for lane in record.alerts.iter().filter(|lane| has_fired(lane)) {
        let name = lane.labels.get("alertname").map_or("", String::as_str);
        if !fired.contains(&name) {
            fired.push(name);
        }
    }
    let what = if fired.is_empty() {
        "nothing fired".to_owned()
    } else {
        format!("fired: {}", fired.join(", "))
    };
    format!("{:<13} {:<20} {what}", "DONE", drill.name)
}

/// The whole scoreboard. Colour only repeats what words say.
pub(super) fn text(
    done: &[(Planned, DrillRecord)],
    scoreboard: &Scoreboard,
    colour: bool,
) -> String {
    let mut text = String::from("\n");
    let failed = done
        .iter()
        .filter(|(_, record)| record.verdict != Verdict::Pass);
    for (drill, record) in failed {
        line(&mut text, &over(drill, record));
        for finding in record.findings.iter().skip(1) {
            line(&mut text, &format!("{:34} {}", "", finding.reason));
        }
    }
    let rows = [
        ("drills passed", scoreboard.passed.to_string()),
        ("recall", scoreboard.recall.to_string()),
        ("precision", scoreboard.precision.to_string()),
        ("time to detect", times(scoreboard.time_to_detect)),
        (
            "  from its effect",
            times(scoreboard.time_to_detect_from_effect),
        ),
        ("time to deliver", times(scoreboard.time_to_deliver)),
        ("time to resolve", times(scoreboard.time_to_resolve)),
        (
            "false alarms",
            format!(
                "{} in {:.2} h of watching, {:.2} an hour",
                scoreboard.false_alarms, scoreboard.watched_hours, scoreboard.false_alarms_per_hour
            ),
        ),
        (
            "first page names the culprit",
            scoreboard.culprit_named.to_string(),
        ),
    ];
    for (name, value) in rows {
        line(&mut text, &format!("{name:<30} {value}"));
    }
    coverage(&mut text, &scoreboard.coverage, colour);
    text
}

fn times(times: Times) -> String {
    match (times.median_s, times.p95_s, times.max_s) {
        (Some(median), Some(p95), Some(max)) => format!(
            "median {}, p95 {}, longest {} ({} measured)",
            show(median),
            show(p95),
            show(max),
            times.count
        ),
        _ => "–".to_owned(),
    }
}

fn coverage(text: &mut String, coverage: &Coverage, colour: bool) {
    if coverage.alerts.is_empty() {
        return;
    }
    line(text, "\nalert                              proven by");
    for row in &coverage.alerts {
        let proof = proof(row, coverage);
        let proof = if row.proven || !colour {
            proof
        } else {
            format!("\u{1b}[1;31m{proof}\u{1b}[0m")
        };
        line(text, &format!("{:<34} {proof}", row.alert));
    }
}

fn proof(row: &Row, coverage: &Coverage) -> String {
    let mut words = coverage.proof(row).join(", ");
    if words.is_empty() {
        words = if row.proven {
            "every preflight".to_owned()
        } else {
            "NOT PROVEN".to_owned()
        };
    }
    let (expected, proven) = row.cells.iter().fold((0, 0), |(expected, proven), cell| {
        (expected + cell.expected, proven + cell.proven)
    });
    if proven < expected {
        let _ = write!(words, "  (came {proven} of {expected} times)");
    }
    let unexpected: usize = row.cells.iter().map(|cell| cell.unexpected).sum();
    if unexpected > 0 {
        let _ = write!(words, "  ({unexpected} false alarms)");
    }
    words
}

fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}
