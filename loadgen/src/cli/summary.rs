//! The summary on stdout: the verdict, what was expected and what came of it, what the customers saw.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use crate::drill::duration::show;
use crate::drill::verdict::Verdict;
use crate::load::report::Figures;
use crate::report::record::{DrillRecord, ExpectationRecord};

/// Whether stdout is for eyes that want colour.
pub(super) fn wants_colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stdout().is_terminal() && !refused
}

/// The whole summary. Colour only repeats what words say.
pub(super) fn text(record: &DrillRecord, colour: bool) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    let lasted = (record.ended_at - record.started_at).as_seconds_f64();
    let verdict = painted(record.verdict, colour);
    line("");
    line(&format!(
        "{verdict}  {}: {} ({})",
        record.scenario,
        record.summary,
        show(lasted)
    ));
    for finding in &record.findings {
        line(&format!(
            "  {:<13} {}",
            finding.verdict.word(),
            finding.reason
        ));
    }
    // A drill that was refused has nothing to add to the reasons.
    if record.load.total.counts.intended > 0 {
        line("");
        for expectation in &record.expectations {
            line(&expected(expectation));
        }
        line("");
        for words in load(record) {
            line(&words);
        }
    }
    line(&format!(
        "drill {}, seed {}, time scale {}",
        record.drill_id, record.seed, record.time_scale
    ));
    text
}

fn painted(verdict: Verdict, colour: bool) -> String {
    if !colour {
        return verdict.word().to_owned();
    }
    let code = if verdict == Verdict::Pass {
        "1;32"
    } else {
        "1;31"
    };
    format!("\u{1b}[{code}m{verdict}\u{1b}[0m")
}

/// `held  PizzaOrderSurge fires  after 15.6 s (limit 47 s), …`
fn expected(expectation: &ExpectationRecord) -> String {
    let held = if expectation.held { "held  " } else { "BROKEN" };
    let mut text = format!("  {held}  {:<10} {}", expectation.kind, expectation.name);
    let times = times(expectation);
    if !times.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {}", times.join(", "));
    }
    let _ = write!(text, "\n          {}", expectation.detail);
    text
}

fn times(expectation: &ExpectationRecord) -> Vec<String> {
    let verb = if expectation.kind == "resolves" {
        "resolved"
    } else {
        "detected"
    };
    let word = if expectation.kind == "resolves" {
        "told"
    } else {
        "delivered"
    };
    let limit = expectation
        .limit_s
        .map(|limit| format!(" (limit {})", show(limit)))
        .unwrap_or_default();
    let took = expectation
        .took_s
        .map(|took| format!("{verb} after {}{limit}", show(took)));
    let delivered = expectation
        .delivered_s
        .map(|took| format!("{word} after {}", show(took)));
    let from_effect = expectation
        .from_effect_s
        .map(|took| format!("{} after its effect", show(took)));
    [took, delivered, from_effect]
        .into_iter()
        .flatten()
        .collect()
}

fn load(record: &DrillRecord) -> Vec<String> {
    let mut lines = vec![format!("  customers  {}", figures(&record.load.total))];
    if record.load.phases.len() > 1 {
        let phases = record.load.phases.iter();
        lines
            .extend(phases.map(|phase| format!("    {:<8} {}", phase.name, figures(&phase.total))));
    }
    lines.push(format!(
        "  schedule   p99 {:.1} ms late",
        record.load.schedule_lag.p99_ms
    ));
    lines
}

fn figures(figures: &Figures) -> String {
    let counts = figures.counts;
    let times = figures.response_time;
    format!(
        "{} sent, {} completed, {} failed, {} dropped; response p50 {:.1} ms, p99 {:.1} ms",
        counts.sent, counts.completed, counts.failed, counts.dropped, times.p50_ms, times.p99_ms
    )
}
