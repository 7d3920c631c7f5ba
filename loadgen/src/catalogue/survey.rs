//! A survey: not whether the alerts of the catalogue fire, but whether anybody's do.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::plan::Planned;
use super::score::Share;
use crate::drill::verdict::Verdict;
use crate::report::record::{AlertLane, DrillRecord};
use crate::scenario::Scenario;

/// What somebody's rules make of the catalogue.
#[derive(Clone, Debug, Serialize)]
pub struct Survey {
    /// Faults that some alert noticed, of those that one should.
    pub caught: Share,
    /// Scenarios in which nothing fired, of those in which nothing may.
    pub quiet: Share,
    /// One a drill.
    pub findings: Vec<Finding>,
}

/// What became of one drill.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Its name.
    pub drill: String,
    /// Whether nothing may fire.
    pub must_be_quiet: bool,
    /// What fired, the first one first.
    pub alarms: Vec<Alarm>,
    /// Why nothing can be said, where that is so.
    pub trouble: Option<String>,
}

/// An alert that fired.
#[derive(Clone, Debug, Serialize)]
pub struct Alarm {
    /// The `alertname`.
    pub alert: String,
    /// Whose it is, where it says so.
    pub service: Option<String>,
    /// Seconds from the cause.
    pub after_s: f64,
}

impl Survey {
    /// Of these drills. What fires within `wait` after the cause, at the drill's own speed, counts.
    pub fn of(done: &[(Planned, DrillRecord)], wait: Duration) -> Self {
        let findings: Vec<Finding> = done
            .iter()
            .map(|(drill, record)| Finding::of(drill, record, wait))
            .collect();
        let (quiet, loud): (Vec<&Finding>, Vec<&Finding>) =
            findings.iter().partition(|finding| finding.must_be_quiet);
        Self {
            caught: Share::of(&loud, |finding| !finding.alarms.is_empty()),
            quiet: Share::of(&quiet, |finding| {
                finding.alarms.is_empty() && finding.trouble.is_none()
            }),
            findings,
        }
    }

    /// `MISSED` where a fault was not caught, `UNEXPECTED` where an alert was false, `INVALID` where
    /// nothing can be said.
    pub fn verdict(&self) -> Verdict {
        if self
            .findings
            .iter()
            .any(|finding| finding.trouble.is_some())
        {
            Verdict::Invalid
        } else if !self.quiet.is_whole() {
            Verdict::Unexpected
        } else if !self.caught.is_whole() {
            Verdict::Missed
        } else {
            Verdict::Pass
        }
    }
}

impl Finding {
    fn of(drill: &Planned, record: &DrillRecord, wait: Duration) -> Self {
        let scenario = drill.scenario.scaled(record.time_scale);
        let begins = begins(&scenario, record);
        let until = scenario.duration().as_secs_f64() + wait.as_secs_f64() * record.time_scale;
        let mut alarms: Vec<Alarm> = record
            .alerts
            .iter()
            .filter_map(|lane| Alarm::of(lane, begins))
            .filter(|alarm| alarm.after_s + begins <= until)
            .collect();
        alarms.sort_by(|a, b| a.after_s.total_cmp(&b.after_s));
        let trouble = match record.verdict {
            Verdict::Pass | Verdict::Unexpected => None,
            verdict => Some(record.findings.first().map_or_else(
                || verdict.word().to_owned(),
                |finding| finding.reason.clone(),
            )),
        };
        Self {
            drill: drill.name.clone(),
            must_be_quiet: drill.scenario.expect.fires.is_empty(),
            alarms,
            trouble,
        }
    }
}

/// When the first cause began.
fn begins(scenario: &Scenario, record: &DrillRecord) -> f64 {
    let injected = record.faults.iter().map(|fault| fault.from_s);
    let planned = scenario
        .expect
        .fires
        .iter()
        .map(|fires| fires.cause_begins(scenario).as_secs_f64());
    injected
        .reduce(f64::min)
        .or_else(|| planned.reduce(f64::min))
        .unwrap_or_default()
}

impl Alarm {
    fn of(lane: &AlertLane, begins: f64) -> Option<Self> {
        let fired = lane
            .stretches
            .iter()
            .find(|stretch| stretch.state == "firing")?;
        Some(Self {
            alert: lane.labels.get("alertname").cloned().unwrap_or_default(),
            service: lane.labels.get("service").cloned(),
            after_s: fired.from_s - begins,
        })
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Some(service) => write!(f, "{} ({service})", self.alert),
            None => f.write_str(&self.alert),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::plan;
    use crate::report::html::tests::sample;
    use crate::scenario;

    fn done(scenario: &str, change: impl FnOnce(&mut DrillRecord)) -> (Planned, DrillRecord) {
        let scenario = scenario::load(scenario).expect("a built-in scenario");
        let mut record = sample::order_failures();
        record.verdict = Verdict::Pass;
        change(&mut record);
        (plan(&[scenario], 1, None).remove(0), record)
    }

    const WAIT: Duration = Duration::from_secs(30);

    #[test]
    fn whoever_fires_first_has_caught_it() {
        let survey = Survey::of(&[done("order-failures", |_| {})], WAIT);
        let first = &survey.findings[0].alarms[0];
        assert_eq!(first.to_string(), "PizzaOrderFailures (pizza-service)");
        assert!((first.after_s - 9.2).abs() < 0.01, "{first:?}");
        assert_eq!(survey.verdict(), Verdict::Pass);
    }

    #[test]
    fn silence_is_bad_under_a_fault_and_good_without_one() {
        let silent = |record: &mut DrillRecord| record.alerts.clear();
        let missed = Survey::of(&[done("order-failures", silent)], WAIT);
        assert_eq!(missed.verdict(), Verdict::Missed);
        assert_eq!(missed.caught, Share { part: 0, of: 1 });
        assert_eq!(
            Survey::of(&[done("busy", silent)], WAIT).verdict(),
            Verdict::Pass
        );
        let loud = Survey::of(&[done("busy", |_| {})], WAIT);
        assert_eq!(loud.verdict(), Verdict::Unexpected);
    }

    #[test]
    fn a_drill_that_proves_nothing_catches_nothing() {
        let broken = |record: &mut DrillRecord| record.verdict = Verdict::NotInjected;
        let survey = Survey::of(&[done("order-failures", broken)], WAIT);
        assert_eq!(survey.verdict(), Verdict::Invalid);
    }
}
