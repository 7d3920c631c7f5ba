//! Did each expected alert fire in time, stay, and reach the webhook in time?

use super::{Bench, Case, Observed, causes};
use crate::drill::duration::show;
use crate::drill::lanes::Lane;
use crate::drill::limits::AlertLimits;
use crate::drill::prometheus::Labels;
use crate::drill::verdict::Verdict;
use crate::report::record::{ExpectationRecord, NotificationRecord};
use crate::scenario::Fires;

pub(super) fn judge(case: &Case<'_>, observed: &Observed, bench: &mut Bench) {
    for (fires, limits) in case.scenario.expect.fires.iter().zip(case.fires) {
        let began = causes::begins(fires, case.scenario, &observed.faults);
        let seen = Seen::new(fires, observed);
        let mut faults = Vec::new();
        seen.check(fires, limits, began, &mut faults);
        let name = format!("{} fires", fires.matcher());
        let after_effect = causes::effect_at(began, case, observed).zip(seen.fired);
        bench.expectations.push(ExpectationRecord {
            alert: Some(fires.alert.clone()),
            held: faults.is_empty(),
            took_s: seen.fired.map(|at| at - began),
            delivered_s: seen.delivered.map(|at| at - began),
            from_effect_s: after_effect.map(|(effect, fired)| (fired - effect).max(0.0)),
            limit_s: Some(limits.fires.total().as_secs_f64()),
            detail: if fires.notifies {
                format!(
                    "limit: {}; to the webhook: {}",
                    limits.fires, limits.delivered
                )
            } else {
                format!("limit: {}; nobody is to hear of it", limits.fires)
            },
            kind: "fires",
            name: name.clone(),
        });
        for (verdict, reason) in faults {
            bench.find(verdict, format!("{}: {reason}", fires.matcher()));
        }
    }
}

/// What was seen of one expected alert; seconds.
struct Seen {
    fired: Option<f64>,
    delivered: Option<f64>,
    longest: f64,
}

impl Seen {
    /// Of several instances the one that fired first counts.
    fn new(fires: &Fires, observed: &Observed) -> Self {
        let matcher = fires.matcher();
        let lanes = observed
            .lanes
            .iter()
            .filter(|lane| matcher.matches(&lane.labels));
        let first = lanes
            .filter_map(|lane| lane.fired_at().map(|at| (lane, at)))
            .min_by(|(_, a), (_, b)| a.total_cmp(b));
        let longest = |lane: &Lane| {
            lane.firing()
                .map(|stretch| stretch.to_s - stretch.from_s)
                .fold(0.0, f64::max)
        };
        Self {
            fired: first.map(|(_, at)| at),
            delivered: first
                .and_then(|(lane, _)| delivered(lane, "firing", &observed.notifications)),
            longest: first.map_or(0.0, |(lane, _)| longest(lane)),
        }
    }

    fn check(
        &self,
        fires: &Fires,
        limits: &AlertLimits,
        began: f64,
        faults: &mut Vec<(Verdict, String)>,
    ) {
        let Some(at) = self.fired else {
            faults.push((Verdict::Missed, "never fired".to_owned()));
            return;
        };
        if at < began {
            let early = show(began - at);
            faults.push((
                Verdict::Unexpected,
                format!("fired {early} before its cause began"),
            ));
        }
        if let Some(late) = over(at - began, limits.fires.total().as_secs_f64()) {
            faults.push((Verdict::Late, format!("fired after {late}")));
        }
        match self.delivered {
            None if !fires.notifies => {}
            None => faults.push((
                Verdict::Missed,
                "fired, but never reached the webhook".to_owned(),
            )),
            Some(at) => {
                if let Some(late) = over(at - began, limits.delivered.total().as_secs_f64()) {
                    faults.push((Verdict::Late, format!("reached the webhook after {late}")));
                }
            }
        }
        if let Some(stays) = fires.stays.map(|stays| stays.get().as_secs_f64())
            && self.longest < stays
        {
            let (longest, stays) = (show(self.longest), show(stays));
            faults.push((
                Verdict::Late,
                format!("fired for {longest} without a gap, {stays} asked for"),
            ));
        }
    }
}

/// `12 s, 2 s over the limit of 10 s`, where it is over.
pub(super) fn over(took: f64, limit: f64) -> Option<String> {
    (took > limit).then(|| format!("{}, over the limit of {}", show(took), show(limit)))
}

/// When the webhook first got this word about an alert instance.
pub(in crate::drill) fn delivered(
    lane: &Lane,
    status: &str,
    notifications: &[NotificationRecord],
) -> Option<f64> {
    let about = |notification: &&NotificationRecord| {
        notification.status == status && is_about(notification, lane)
    };
    notifications
        .iter()
        .find(about)
        .map(|notification| notification.at_s)
}

/// Whether a notification is about this alert instance. Alertmanager may have added labels.
pub(in crate::drill) fn is_about(notification: &NotificationRecord, lane: &Lane) -> bool {
    has_all(&notification.labels, &lane.labels)
}

/// Whether these labels have all of those, and perhaps more.
pub(super) fn has_all(labels: &Labels, those: &Labels) -> bool {
    those
        .iter()
        .all(|(name, value)| labels.get(name) == Some(value))
}
