//! Judgement: a pure function from what was observed to verdicts. No clock, no network.

use std::time::Duration;

use crate::drill::inhibitions::Inhibited;
use crate::drill::lanes::Lane;
use crate::drill::limits::AlertLimits;
use crate::drill::route::Routing;
use crate::drill::verdict::Verdict;
use crate::load::report::LoadReport;
use crate::report::record::{
    AlertLane, ExpectationRecord, FaultRecord, Finding, NotificationRecord, SilenceRecord,
};
use crate::scenario::Scenario;

pub(in crate::drill) mod causes;
mod effects;
pub(in crate::drill) mod fires;
mod generator;
mod hush;
mod notified;
pub(in crate::drill) mod resolves;
mod silence;
mod thresholds;

/// What was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The scenario, stretched to the rules' speed.
    pub scenario: &'a Scenario,
    /// The limits of `expect.fires`, one each, in order.
    pub fires: &'a [AlertLimits],
    /// The limits of `expect.allows`, one each, in order; nothing where no such rule is loaded.
    pub allows: &'a [Option<AlertLimits>],
    /// Whether whoever notices is welcome, and how long after the cause somebody is waited for; see
    /// [`crate::drill::Order::survey`].
    pub survey: Option<Duration>,
    /// Alertmanager's routes and receivers; without any where there is no Alertmanager.
    pub routing: &'a Routing,
}

/// What was seen. Times are seconds since the drill's start.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Every alert instance, without the Watchdog.
    pub lanes: Vec<Lane>,
    /// What the webhook receiver got, in order.
    pub notifications: Vec<NotificationRecord>,
    /// What Alertmanager held back.
    pub inhibited: Vec<Inhibited>,
    /// What was measured for `expect.effect`, one each, in order.
    pub effects: Vec<EffectSeen>,
    /// The faults as injected.
    pub faults: Vec<FaultRecord>,
    /// The silences as set.
    pub silences: Vec<SilenceRecord>,
    /// Why a fault could not be injected or taken back, or a silence be set.
    pub fault_failures: Vec<String>,
    /// The generator's own account.
    pub load: LoadReport,
    /// Where the monitoring, the lease or the record failed.
    pub monitoring_failures: Vec<String>,
    /// Whether the user stopped the drill.
    pub interrupted: bool,
}

/// What the poller measured of one effect. Strikes and load are counted elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EffectSeen {
    /// Restarts seen, or looks at which the query returned something.
    pub count: u64,
    /// When the first was seen.
    pub first_s: Option<f64>,
}

/// What it came to.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The highest verdict.
    pub verdict: Verdict,
    /// Every verdict reached, highest first. `PASS` stands alone.
    pub verdicts: Vec<Verdict>,
    /// One line a reason, in the order of the verdicts.
    pub findings: Vec<Finding>,
    /// Each expectation and what came of it.
    pub expectations: Vec<ExpectationRecord>,
    /// The lanes with their class.
    pub lanes: Vec<AlertLane>,
}

/// Judges a drill.
pub fn judge(case: &Case<'_>, observed: &Observed) -> Judgement {
    let mut bench = Bench::default();
    effects::judge(case, observed, &mut bench);
    fires::judge(case, observed, &mut bench);
    hush::judge(case, observed, &mut bench);
    let lanes = silence::judge(case, observed, &mut bench);
    notified::judge(case, observed, &mut bench);
    resolves::judge(case, observed, &mut bench);
    thresholds::judge(case, observed, &mut bench);
    generator::judge(case, observed, &mut bench);
    for failure in &observed.monitoring_failures {
        bench.find(Verdict::Invalid, failure.clone());
    }
    if observed.interrupted {
        bench.find(Verdict::Interrupted, "stopped by its user");
    }
    bench.conclude(observed, lanes)
}

/// Findings and expectations as they come in.
#[derive(Default)]
struct Bench {
    findings: Vec<Finding>,
    expectations: Vec<ExpectationRecord>,
}

impl Bench {
    fn find(&mut self, verdict: Verdict, reason: impl Into<String>) {
        self.findings.push(Finding {
            verdict,
            reason: reason.into(),
        });
    }

    fn conclude(self, observed: &Observed, lanes: Vec<AlertLane>) -> Judgement {
        let mut findings = self.findings;
        findings.retain(|finding| counts(finding.verdict, observed));
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        let mut verdicts: Vec<Verdict> = findings.iter().map(|finding| finding.verdict).collect();
        verdicts.dedup();
        if verdicts.is_empty() {
            verdicts.push(Verdict::Pass);
        }
        Judgement {
            verdict: verdicts[0],
            verdicts,
            findings,
            expectations: self.expectations,
            lanes,
        }
    }
}

/// What did not happen says nothing where the drill was cut short or nobody could look.
fn counts(verdict: Verdict, observed: &Observed) -> bool {
    let absence = match verdict {
        Verdict::Missed | Verdict::Late | Verdict::NotResolved => true,
        Verdict::NotInjected | Verdict::Thresholds => observed.interrupted,
        _ => false,
    };
    let cut_short = observed.interrupted || !observed.monitoring_failures.is_empty();
    !(absence && cut_short)
}

/// An expectation without times.
fn expectation(
    kind: &'static str,
    name: impl Into<String>,
    held: bool,
    detail: impl Into<String>,
) -> ExpectationRecord {
    ExpectationRecord {
        name: name.into(),
        kind,
        alert: None,
        held,
        took_s: None,
        delivered_s: None,
        from_effect_s: None,
        limit_s: None,
        detail: detail.into(),
    }
}

#[cfg(test)]
mod tests;
