//! Did everything that rightly fired stop in time once its cause was over, and was that told?

use super::fires::{delivered, has_all, is_about, over};
use super::{Bench, Case, Observed, causes};
use crate::drill::duration::show;
use crate::drill::inhibitions::Inhibited;
use crate::drill::lanes::Lane;
use crate::drill::limits::AlertLimits;
use crate::drill::verdict::Verdict;
use crate::report::record::{ExpectationRecord, NotificationRecord};
use crate::scenario::{AlertMatcher, Fires};

pub(super) fn judge(case: &Case<'_>, observed: &Observed, bench: &mut Bench) {
    let ended = causes::ends(case.scenario, &observed.faults);
    let expect = &case.scenario.expect;
    let expected = expect
        .fires
        .iter()
        .map(Fires::matcher)
        .zip(case.fires.iter().map(Some));
    let allowed = expect
        .allows
        .iter()
        .cloned()
        .zip(case.allows.iter().map(Option::as_ref));
    for (matcher, limits) in expected.chain(allowed) {
        let fired = observed
            .lanes
            .iter()
            .filter(|lane| matcher.matches(&lane.labels) && lane.fired_at().is_some());
        let lanes: Vec<&Lane> = fired.collect();
        if let (false, Some(limits)) = (lanes.is_empty(), limits) {
            resolved(&matcher, &lanes, limits, ended, observed, bench);
        }
    }
}

fn resolved(
    matcher: &AlertMatcher,
    lanes: &[&Lane],
    limits: &AlertLimits,
    ended: f64,
    observed: &Observed,
    bench: &mut Bench,
) {
    let mut reasons = Vec::new();
    for lane in lanes {
        check(lane, limits, ended, observed, &mut reasons);
    }
    let after = |at: f64| (at - ended).max(0.0);
    let all: Option<Vec<f64>> = lanes.iter().map(|lane| lane.resolved_at()).collect();
    let told: Option<Vec<f64>> = lanes
        .iter()
        .map(|lane| told(lane, &observed.notifications))
        .collect();
    let last = |times: Option<Vec<f64>>| {
        times
            .and_then(|times| times.into_iter().max_by(f64::total_cmp))
            .map(after)
    };
    bench.expectations.push(ExpectationRecord {
        name: format!("{matcher} resolves"),
        kind: "resolves",
        alert: Some(matcher.alert.clone()),
        held: reasons.is_empty(),
        took_s: last(all),
        delivered_s: last(told),
        from_effect_s: None,
        limit_s: Some(limits.resolves.total().as_secs_f64()),
        detail: format!(
            "limit: {}; to the webhook: {}",
            limits.resolves, limits.resolve_delivered
        ),
    });
    for reason in reasons {
        bench.find(Verdict::NotResolved, format!("{matcher}: {reason}"));
    }
}

fn check(
    lane: &Lane,
    limits: &AlertLimits,
    ended: f64,
    observed: &Observed,
    reasons: &mut Vec<String>,
) {
    let limit = limits.resolves.total().as_secs_f64();
    let Some(resolved) = lane.resolved_at() else {
        reasons.push(format!(
            "still fires {} after its cause ended",
            show(until(lane) - ended)
        ));
        return;
    };
    if let Some(late) = over(resolved - ended, limit) {
        reasons.push(format!("resolved after {late}"));
    }
    // What was never said to fire need not be said to be over; that it was not said is found elsewhere.
    if delivered(lane, "firing", &observed.notifications).is_none() {
        return;
    }
    match told(lane, &observed.notifications) {
        None if ended_unheard(lane, &observed.inhibited) => {}
        None => reasons.push("resolved, but the webhook was never told".to_owned()),
        Some(at) => {
            if let Some(late) = over(at - ended, limits.resolve_delivered.total().as_secs_f64()) {
                reasons.push(format!(
                    "the webhook was told that it resolved after {late}"
                ));
            }
        }
    }
}

/// When the webhook was first told that it is over, if that was the last word about it. A group that
/// others keep alive names what is over again and again.
pub(in crate::drill) fn told(lane: &Lane, notifications: &[NotificationRecord]) -> Option<f64> {
    let about = || {
        notifications
            .iter()
            .filter(|notification| is_about(notification, lane))
    };
    let fired = about()
        .enumerate()
        .filter(|(_, notification)| notification.status != "resolved");
    let after = fired.last().map_or(0, |(index, _)| index + 1);
    about().nth(after).map(|notification| notification.at_s)
}

/// Whether it ended while Alertmanager held it back. Such an end is never told: what is told is the
/// end of the alert that held it back.
pub(in crate::drill) fn ended_unheard(lane: &Lane, inhibited: &[Inhibited]) -> bool {
    let last = inhibited
        .iter()
        .rfind(|inhibited| has_all(&inhibited.labels, &lane.labels));
    last.is_some_and(|inhibited| inhibited.ended)
}

fn until(lane: &Lane) -> f64 {
    lane.stretches.last().map_or(0.0, |last| last.to_s)
}
