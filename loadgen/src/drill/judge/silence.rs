//! Did anything fire that the scenario does not name?

use super::fires::delivered;
use super::{Bench, Case, Observed, expectation};
use crate::drill::duration::show;
use crate::drill::lanes::Lane;
use crate::drill::verdict::Verdict;
use crate::report::record::AlertLane;
use crate::scenario::{AlertMatcher, Fires};

/// Classes every lane, and finds the ones that fired without being asked.
pub(super) fn judge(case: &Case<'_>, observed: &Observed, bench: &mut Bench) -> Vec<AlertLane> {
    let mut unexpected = Vec::new();
    let mut lanes = Vec::new();
    for lane in &observed.lanes {
        let class = class(lane, case);
        if class == "unexpected"
            && let Some(at) = lane.fired_at()
        {
            let who = AlertMatcher {
                alert: lane.name().to_owned(),
                labels: notable(lane),
            };
            bench.find(
                Verdict::Unexpected,
                format!(
                    "{who} fired at {}, which the scenario does not name",
                    show(at)
                ),
            );
            unexpected.push(lane.name().to_owned());
        }
        lanes.push(AlertLane {
            labels: lane.labels.clone(),
            class,
            stretches: lane.stretches.clone(),
            delivered_s: delivered(lane, "firing", &observed.notifications),
        });
    }
    let (held, detail) = if unexpected.is_empty() {
        (true, "nothing else fired".to_owned())
    } else {
        (false, format!("fired: {}", unexpected.join(", ")))
    };
    bench.expectations.push(expectation(
        "silent",
        "everything else stays silent",
        held,
        detail,
    ));
    lanes
}

/// What was only ever pending woke nobody up; it counts as allowed.
fn class(lane: &Lane, case: &Case<'_>) -> &'static str {
    let expect = &case.scenario.expect;
    if expect
        .fires
        .iter()
        .map(Fires::matcher)
        .any(|matcher| matcher.matches(&lane.labels))
    {
        "expected"
    } else if lane.fired_at().is_none()
        || case.survey.is_some()
        || expect
            .allows
            .iter()
            .any(|matcher| matcher.matches(&lane.labels))
    {
        "allowed"
    } else {
        "unexpected"
    }
}

/// The labels that tell instances of one alert apart.
fn notable(lane: &Lane) -> crate::drill::prometheus::Labels {
    const COMMON: [&str; 4] = ["alertname", "severity", "speed", "job"];
    let mut labels = lane.labels.clone();
    labels.retain(|name, _| !COMMON.contains(&name.as_str()));
    labels
}
