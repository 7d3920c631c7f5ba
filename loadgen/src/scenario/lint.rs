//! What the format can't say: whether a scenario holds together.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use super::{Effect, Expect, FORMAT_VERSION, FaultWindow, Scenario, Service};

mod expectations;
mod faults;
mod phases;
mod silences;

/// One thing that is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in the file's own words: `phases[1].mix`.
    pub at: String,
    /// What is wrong, and what would be right.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.text)
    }
}

/// What takes no faults, and can be to blame all the same.
const MONITORING: [&str; 2] = ["prometheus", "alertmanager"];

/// Everything that is wrong with a scenario, in the order of the file.
pub fn problems(scenario: &Scenario) -> Vec<Problem> {
    let mut found = Problems::default();
    head(scenario, &mut found);
    phases::lint(&scenario.phases, &mut found);
    faults::lint(scenario, &mut found);
    silences::lint(scenario, &mut found);
    expectations::lint(scenario, &mut found);
    found.0
}

/// The problems found so far.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, at: impl Into<String>, text: impl Into<String>) {
        self.0.push(Problem {
            at: at.into(),
            text: text.into(),
        });
    }

    /// Adds the problem unless `good`.
    fn check(&mut self, good: bool, at: impl Into<String>, text: impl Into<String>) {
        if !good {
            self.add(at, text);
        }
    }
}

fn head(scenario: &Scenario, found: &mut Problems) {
    found.check(
        scenario.version == FORMAT_VERSION,
        "version",
        format!("{} is not known, write {FORMAT_VERSION}", scenario.version),
    );
    found.check(
        is_kebab_case(&scenario.name),
        "name",
        format!(
            "`{}` is not of lower-case words joined by hyphens",
            scenario.name
        ),
    );
    if let Some(culprit) = &scenario.culprit {
        found.check(
            Service::is_known(culprit) || MONITORING.contains(&culprit.as_str()),
            "culprit",
            format!(
                "`{culprit}` is not one of {}, {}",
                Service::names(),
                MONITORING.join(", ")
            ),
        );
    }
    for (at, text) in [
        ("summary", &scenario.summary),
        ("teaches", &scenario.teaches),
    ] {
        found.check(!text.trim().is_empty(), at, "is empty");
        found.check(!text.trim().contains('\n'), at, "is longer than one line");
    }
}

/// Lower-case letters and digits in words joined by single hyphens, a letter first.
fn is_kebab_case(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split('-').all(word)
}

/// Adds a problem for each name that comes a second time.
fn unique<'a>(
    names: impl Iterator<Item = &'a str>,
    at: impl Fn(usize) -> String,
    found: &mut Problems,
) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        found.check(
            seen.insert(name),
            at(index),
            format!("`{name}` is there twice"),
        );
    }
}

/// Whether something proves that this fault struck.
fn is_proven(fault: &FaultWindow, expect: &Expect) -> bool {
    expect.effect.iter().any(|effect| match effect {
        Effect::Strikes { service, kind, .. } => *service == fault.service && *kind == fault.kind,
        Effect::Restarts { service, .. } => *service == fault.service,
        Effect::Query { .. } => true,
        Effect::Load { .. } => false,
    })
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}
