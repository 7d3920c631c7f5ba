//! The scoreboard: how well the alerting did over many drills. Pure: from records to figures.

use serde::Serialize;

use crate::drill::verdict::Verdict;
use crate::report::record::{AlertLane, DrillRecord, ExpectationRecord};

mod coverage;
mod share;
mod times;

pub use coverage::{Cell, Coverage, Row};
pub use share::Share;
pub use times::Times;

/// How well the alerting did. Times are seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scoreboard {
    /// Drills that passed, of all that were run.
    pub passed: Share,
    /// Expected alerts that fired in time, reached the webhook and stayed, of all expected.
    pub recall: Share,
    /// Alert instances that fired and were expected or allowed, of all that fired.
    pub precision: Share,
    /// From the cause to firing.
    pub time_to_detect: Times,
    /// From the proven effect to firing.
    pub time_to_detect_from_effect: Times,
    /// From the cause to the webhook.
    pub time_to_deliver: Times,
    /// From the end of the cause to no longer firing.
    pub time_to_resolve: Times,
    /// Alert instances that fired and were neither expected nor allowed.
    pub false_alarms: usize,
    /// How long was watched, hours, all drills together.
    pub watched_hours: f64,
    /// False alarms an hour of watching.
    pub false_alarms_per_hour: f64,
    /// First pages that named a culprit in their label `service`, of all drills in which a page
    /// arrived and somebody was to blame.
    pub culprit_named: Share,
    /// Which drill proves which alert.
    pub coverage: Coverage,
}

impl Scoreboard {
    /// Scores these drills.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a DrillRecord>) -> Self {
        let records: Vec<&DrillRecord> = records.into_iter().collect();
        let fires = expectations(&records, "fires");
        let resolves = expectations(&records, "resolves");
        let alarms: Vec<&AlertLane> = lanes(&records).filter(|lane| has_fired(lane)).collect();
        let false_alarms = alarms.iter().filter(|lane| is_unexpected(lane)).count();
        let watched_hours: f64 = records.iter().map(|record| hours(record)).sum();
        Self {
            passed: Share::of(&records, |record| record.verdict == Verdict::Pass),
            recall: Share::of(&fires, |(one, sound)| one.held && *sound),
            precision: Share::of(&alarms, |lane| !is_unexpected(lane)),
            time_to_detect: times(&fires, |one| one.took_s),
            time_to_detect_from_effect: times(&fires, |one| one.from_effect_s),
            time_to_deliver: times(&fires, |one| one.delivered_s),
            time_to_resolve: times(&resolves, |one| one.took_s),
            false_alarms,
            watched_hours,
            false_alarms_per_hour: if watched_hours > 0.0 {
                false_alarms as f64 / watched_hours
            } else {
                0.0
            },
            culprit_named: Share::of(&first_pages(&records), |named| *named),
            coverage: Coverage::of(&records),
        }
    }
}

/// An expectation, and whether its drill is sound.
type Judged<'a> = (&'a ExpectationRecord, bool);

fn expectations<'a>(records: &[&'a DrillRecord], kind: &str) -> Vec<Judged<'a>> {
    let all = records.iter().flat_map(|record| {
        let sound = is_sound(record);
        record.expectations.iter().map(move |one| (one, sound))
    });
    all.filter(|(one, _)| one.kind == kind).collect()
}

fn times(judged: &[Judged<'_>], figure: fn(&ExpectationRecord) -> Option<f64>) -> Times {
    let sound = judged.iter().filter(|(_, sound)| *sound);
    Times::of(sound.filter_map(|(one, _)| figure(one)))
}

/// Whether what a drill has shown counts: its fault struck, and the measurement can be believed. An
/// alert that fired otherwise has proven nothing.
fn is_sound(record: &DrillRecord) -> bool {
    !record.verdicts.iter().any(|verdict| {
        matches!(
            verdict,
            Verdict::Preflight | Verdict::NotInjected | Verdict::Invalid | Verdict::Interrupted
        )
    })
}

fn lanes<'a>(records: &[&'a DrillRecord]) -> impl Iterator<Item = &'a AlertLane> {
    records.iter().flat_map(|record| &record.alerts)
}

/// Whether an alert instance was more than pending.
pub fn has_fired(lane: &AlertLane) -> bool {
    lane.stretches
        .iter()
        .any(|stretch| stretch.state == "firing")
}

fn is_unexpected(lane: &AlertLane) -> bool {
    lane.class == "unexpected"
}

fn hours(record: &DrillRecord) -> f64 {
    (record.ended_at - record.started_at)
        .as_seconds_f64()
        .max(0.0)
        / 3600.0
}

/// Of each drill with a culprit and a page: whether the first page named one.
fn first_pages(records: &[&DrillRecord]) -> Vec<bool> {
    let named = records.iter().filter_map(|record| names_culprit(record));
    named.collect()
}

/// Whether the first page of a drill named a culprit; nothing where no page arrived, or nobody is to
/// blame.
pub fn names_culprit(record: &DrillRecord) -> Option<bool> {
    if record.culprits.is_empty() {
        return None;
    }
    let page = record.notifications.iter().find(|notification| {
        notification.status == "firing"
            && notification
                .labels
                .get("severity")
                .is_some_and(|severity| severity == "page")
    })?;
    let service = page.labels.get("service");
    Some(service.is_some_and(|service| record.culprits.contains(service)))
}

#[cfg(test)]
mod tests;
