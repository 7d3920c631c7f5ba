//! A survey: not whether the alerts of the catalogue fire, but whether anybody's do.

use std::fmt;

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
    /// How long after the end of its cause an alert still counted, seconds.
    pub waited_s: f64,
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
    /// What noticed the cause, the first one first.
    pub alarms: Vec<Alarm>,
    /// What fired without a cause: before it, or where nothing may fire.
    pub false_alarms: Vec<Alarm>,
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
    /// Of these drills.
    pub fn of(done: &[(Planned, DrillRecord)]) -> Self {
        let findings: Vec<Finding> = done
            .iter()
            .map(|(drill, record)| Finding::of(drill, record))
            .collect();
        let (quiet, loud): (Vec<&Finding>, Vec<&Finding>) =
            findings.iter().partition(|finding| finding.must_be_quiet);
        let waited = done.iter().filter_map(|(_, record)| record.survey_s);
        Self {
            caught: Share::of(&loud, |finding| {
                !finding.alarms.is_empty() && finding.trouble.is_none()
            }),
            quiet: Share::of(&quiet, |finding| {
                finding.false_alarms.is_empty() && finding.trouble.is_none()
            }),
            waited_s: waited.fold(0.0, f64::max),
            findings,
        }
    }

    /// `INVALID` where nothing can be said, `UNEXPECTED` where an alert was false, `MISSED` where a
    /// fault was not caught.
    pub fn verdict(&self) -> Verdict {
        let some = |is_so: fn(&Finding) -> bool| self.findings.iter().any(is_so);
        if some(|finding| finding.trouble.is_some()) {
            Verdict::Invalid
        } else if some(|finding| !finding.false_alarms.is_empty()) {
            Verdict::Unexpected
        } else if !self.caught.is_whole() {
            Verdict::Missed
        } else {
            Verdict::Pass
        }
    }
}

impl Finding {
    fn of(drill: &Planned, record: &DrillRecord) -> Self {
        let scenario = drill.scenario.scaled(record.time_scale);
        let must_be_quiet = scenario.expect.fires.is_empty();
        let begins = begins(&scenario, record);
        let until = ends(&scenario, record) + record.survey_s.unwrap_or_default();
        let (mut alarms, mut false_alarms) = (Vec::new(), Vec::new());
        for (alarm, at) in record
            .alerts
            .iter()
            .flat_map(|lane| alarms_of(lane, begins))
        {
            if must_be_quiet || at < begins {
                false_alarms.push(alarm);
            } else if at <= until {
                alarms.push(alarm);
            }
        }
        for all in [&mut alarms, &mut false_alarms] {
            all.sort_by(|a, b| a.after_s.total_cmp(&b.after_s));
        }
        let trouble = match record.verdict {
            Verdict::Pass | Verdict::Unexpected => None,
            verdict => Some(record.findings.first().map_or_else(
                || verdict.word().to_owned(),
                |finding| finding.reason.clone(),
            )),
        };
        Self {
            drill: drill.name.clone(),
            must_be_quiet,
            alarms,
            false_alarms,
            trouble,
        }
    }
}

/// When the first cause began: as injected, else as planned.
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

/// When the last one was over.
fn ends(scenario: &Scenario, record: &DrillRecord) -> f64 {
    let planned = scenario.cause_ends().as_secs_f64();
    let faults = record.faults.iter();
    faults.map(|fault| fault.to_s).fold(planned, f64::max)
}

/// Each time that an alert instance began to fire, and when.
fn alarms_of(lane: &AlertLane, begins: f64) -> impl Iterator<Item = (Alarm, f64)> {
    let firing = lane.stretches.iter();
    firing
        .filter(|stretch| stretch.state == "firing")
        .map(move |stretch| {
            let alarm = Alarm {
                alert: lane.labels.get("alertname").cloned().unwrap_or_default(),
                service: lane.labels.get("service").cloned(),
                after_s: stretch.from_s - begins,
            };
            (alarm, stretch.from_s)
        })
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
        record.survey_s = Some(30.0);
        change(&mut record);
        (plan(&[scenario], 1, None).remove(0), record)
    }

    #[test]
    fn whoever_fires_first_has_caught_it() {
        let survey = Survey::of(&[done("order-failures", |_| {})]);
        let first = &survey.findings[0].alarms[0];
        assert_eq!(first.to_string(), "PizzaOrderFailures (pizza-service)");
        assert!((first.after_s - 9.2).abs() < 0.01, "{first:?}");
        assert_eq!(survey.verdict(), Verdict::Pass);
    }

    #[test]
    fn silence_is_bad_under_a_fault_and_good_without_one() {
        let silent = |record: &mut DrillRecord| record.alerts.clear();
        let missed = Survey::of(&[done("order-failures", silent)]);
        assert_eq!(missed.verdict(), Verdict::Missed);
        assert_eq!(missed.caught, Share { part: 0, of: 1 });
        assert_eq!(Survey::of(&[done("busy", silent)]).verdict(), Verdict::Pass);
        let loud = Survey::of(&[done("busy", |_| {})]);
        assert_eq!(loud.verdict(), Verdict::Unexpected);
        assert_eq!(loud.quiet, Share { part: 0, of: 1 });
    }

    /// Moves every alert by so many seconds.
    fn moved(by_s: f64) -> impl FnOnce(&mut DrillRecord) {
        move |record| {
            for lane in &mut record.alerts {
                for stretch in &mut lane.stretches {
                    stretch.from_s += by_s;
                }
            }
        }
    }

    #[test]
    fn what_fires_before_the_cause_is_a_false_alarm_and_catches_nothing() {
        let early = Survey::of(&[done("order-failures", moved(-60.0))]);
        assert_eq!(early.caught, Share { part: 0, of: 1 });
        assert!(early.findings[0].false_alarms[0].after_s < 0.0);
        assert_eq!(early.verdict(), Verdict::Unexpected);
    }

    #[test]
    fn what_fires_too_late_is_neither() {
        let late = |wait: f64| {
            Survey::of(&[done("order-failures", |record| {
                moved(120.0)(record);
                record.survey_s = Some(wait);
            })])
        };
        assert_eq!(late(30.0).verdict(), Verdict::Missed);
        assert_eq!(late(600.0).verdict(), Verdict::Pass);
    }

    #[test]
    fn a_drill_that_proves_nothing_catches_nothing() {
        let broken = |record: &mut DrillRecord| record.verdict = Verdict::NotInjected;
        let survey = Survey::of(&[done("order-failures", broken)]);
        assert_eq!(survey.verdict(), Verdict::Invalid);
        assert_eq!(survey.caught, Share { part: 0, of: 1 });
    }
}
