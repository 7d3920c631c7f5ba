//! `README.md`: what a data set is about, and what is in it.

use std::fmt::Write as _;

use time::format_description::well_known::Rfc3339;

use super::{Window, Written};
use crate::report::record::DrillRecord;

pub(super) fn text(record: &DrillRecord, window: Window, written: &[Written]) -> String {
    let utc = |at: time::OffsetDateTime| {
        let at = at.truncate_to_millisecond().format(&Rfc3339);
        at.unwrap_or_default()
    };
    let mut text = format!(
        "# {}\n\n{}\n\n\
        | | |\n|---|---|\n\
        | started | {} |\n| ended | {} |\n| data from | {} |\n| data until | {} |\n\
        | seed | {} |\n| time scale | {} |\n| verdict | {} |\n\n\
        `ground_truth.jsonl` says what was done to the company, `alerts.jsonl` what its monitoring said,\n\
        and `report.json` everything that was judged. All times are UTC.\n\n\
        ## Files\n| file | rows |\n|---|---|\n",
        record.scenario,
        record.summary,
        utc(record.started_at),
        utc(record.ended_at),
        utc(window.from),
        utc(window.to),
        record.seed,
        record.time_scale,
        record.verdict.word(),
    );
    for (file, rows) in written.iter().flat_map(|written| &written.files) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{file}` | {rows} |");
    }
    text.push_str("\n## What is missing\n");
    let mut missing = written
        .iter()
        .flat_map(|written| &written.missing)
        .peekable();
    if missing.peek().is_none() {
        text.push_str("Nothing.\n");
    }
    for line in missing {
        let _ = writeln!(text, "- {line}");
    }
    text
}
