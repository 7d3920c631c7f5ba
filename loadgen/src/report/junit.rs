//! `junit.xml`: a drill as a test suite, one case an expectation.

use std::fmt::Write as _;

use time::format_description::well_known::Rfc3339;

use super::record::{DrillRecord, ExpectationRecord, Finding};
use crate::drill::verdict::Verdict;

/// The whole file of one drill. Verdicts that no expectation stands for (`INVALID`, `INTERRUPTED`)
/// become a case of their own, as errors.
pub fn render(record: &DrillRecord) -> String {
    render_all(std::iter::once(record))
}

/// The whole file of several drills, a suite each.
pub fn render_all<'a>(records: impl Iterator<Item = &'a DrillRecord>) -> String {
    let suites: Vec<Suite<'_>> = records.map(Suite::new).collect();
    let all = counts(
        suites.iter().map(Suite::cases).sum(),
        suites.iter().map(Suite::failures).sum(),
        suites.iter().map(|suite| suite.troubles.len()).sum(),
        suites.iter().map(Suite::lasted).sum(),
    );
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    line(
        &mut xml,
        format_args!("<testsuites name=\"firedrill\" {all}>"),
    );
    for suite in &suites {
        suite.write(&mut xml);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn counts(cases: usize, failures: usize, errors: usize, lasted: f64) -> String {
    format!("tests=\"{cases}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{lasted:.3}\"")
}

/// A drill on its way into the file.
struct Suite<'a> {
    record: &'a DrillRecord,
    troubles: Vec<&'a Finding>,
}

impl<'a> Suite<'a> {
    fn new(record: &'a DrillRecord) -> Self {
        let troubles = record.findings.iter();
        Self {
            record,
            troubles: troubles.filter(|finding| is_trouble(finding)).collect(),
        }
    }

    fn cases(&self) -> usize {
        self.record.expectations.len() + self.troubles.len()
    }

    fn failures(&self) -> usize {
        let expectations = self.record.expectations.iter();
        expectations.filter(|expectation| !expectation.held).count()
    }

    fn lasted(&self) -> f64 {
        (self.record.ended_at - self.record.started_at).as_seconds_f64()
    }

    fn write(&self, xml: &mut String) {
        let record = self.record;
        let started = record
            .started_at
            .truncate_to_second()
            .format(&Rfc3339)
            .unwrap_or_default();
        let counts = counts(
            self.cases(),
            self.failures(),
            self.troubles.len(),
            self.lasted(),
        );
        line(
            xml,
            format_args!(
                "  <testsuite name=\"{}\" {counts} timestamp=\"{}\">",
                escape(&record.scenario),
                escape(&started)
            ),
        );
        properties(xml, record);
        for expectation in &record.expectations {
            case(xml, record, expectation);
        }
        for trouble in &self.troubles {
            error(xml, record, trouble);
        }
        xml.push_str("  </testsuite>\n");
    }
}

fn is_trouble(finding: &Finding) -> bool {
    matches!(finding.verdict, Verdict::Invalid | Verdict::Interrupted)
}

fn properties(xml: &mut String, record: &DrillRecord) {
    xml.push_str("    <properties>\n");
    let seed = record.seed.to_string();
    let scale = record.time_scale.to_string();
    for (name, value) in [
        ("drill_id", &record.drill_id),
        ("seed", &seed),
        ("time_scale", &scale),
    ] {
        line(
            xml,
            format_args!(
                "      <property name=\"{name}\" value=\"{}\"/>",
                escape(value)
            ),
        );
    }
    xml.push_str("    </properties>\n");
}

fn case(xml: &mut String, record: &DrillRecord, expectation: &ExpectationRecord) {
    open_case(
        xml,
        record,
        &expectation.name,
        expectation.took_s.unwrap_or_default(),
    );
    if expectation.held {
        xml.push_str("/>\n");
        return;
    }
    let reasons: Vec<&str> = record
        .findings
        .iter()
        .filter(|finding| !is_trouble(finding) && is_about(finding, expectation))
        .map(|finding| finding.reason.as_str())
        .collect();
    let message = if reasons.is_empty() {
        expectation.detail.clone()
    } else {
        reasons.join("; ")
    };
    line(
        xml,
        format_args!(
            ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
            escape(expectation.kind),
            escape(&message),
            escape(&expectation.detail)
        ),
    );
}

/// Reasons begin with the name of the alert or of the expectation.
fn is_about(finding: &Finding, expectation: &ExpectationRecord) -> bool {
    let verdict_fits = match expectation.kind {
        "fires" => matches!(
            finding.verdict,
            Verdict::Missed | Verdict::Late | Verdict::Unexpected
        ),
        "silent" => return finding.verdict == Verdict::Unexpected,
        "resolves" => finding.verdict == Verdict::NotResolved,
        "effect" => finding.verdict == Verdict::NotInjected,
        "threshold" => finding.verdict == Verdict::Thresholds,
        _ => return finding.reason == expectation.detail,
    };
    let subject = expectation
        .name
        .trim_end_matches(" fires")
        .trim_end_matches(" resolves");
    verdict_fits && finding.reason.starts_with(subject)
}

fn error(xml: &mut String, record: &DrillRecord, finding: &Finding) {
    open_case(xml, record, "the drill itself", 0.0);
    line(
        xml,
        format_args!(
            ">\n      <error type=\"{}\" message=\"{}\"/>\n    </testcase>",
            finding.verdict,
            escape(&finding.reason)
        ),
    );
}

fn open_case(xml: &mut String, record: &DrillRecord, name: &str, took_s: f64) {
    // Writing to a String cannot fail.
    let _ = write!(
        xml,
        "    <testcase classname=\"firedrill.{}\" name=\"{}\" time=\"{took_s:.3}\"",
        escape(&record.scenario),
        escape(name)
    );
}

fn line(xml: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(xml, "{arguments}");
}

/// Text for XML: markup escaped, and characters that XML does not know replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' | '\t' | '\r' => escaped.push(' '),
            c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_its_place() {
        assert_eq!(
            escape("a<b & \"c\" > 'd'\n\u{1}e"),
            "a&lt;b &amp; &quot;c&quot; &gt; &apos;d&apos; \u{fffd}e"
        );
    }
}
