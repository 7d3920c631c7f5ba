//! Did exactly the right notifications arrive: at the right receiver, about what really fired, and
//! each once?
//!
//! A group's notification repeats what is still firing whenever something is new, so an alert may be
//! named often. Once means: no group says the same thing twice in a row, no alert is told by two
//! groups, and none is told to fire more often than it fired.

use std::collections::{BTreeMap, BTreeSet};

use super::fires::{has_all, is_about};
use super::{Bench, Case, Observed, expectation};
use crate::drill::duration::show;
use crate::drill::prometheus::Labels;
use crate::drill::verdict::Verdict;
use crate::report::record::NotificationRecord;
use crate::scenario::AlertMatcher;

/// One notification as it was sent: the alerts of a group, each with its state.
struct Delivery<'a> {
    at_s: f64,
    way: Way<'a>,
    alerts: BTreeMap<&'a Labels, &'a str>,
}

/// A receiver and a group.
type Way<'a> = (&'a str, &'a str);

pub(super) fn judge(case: &Case<'_>, observed: &Observed, bench: &mut Bench) {
    let deliveries = deliveries(&observed.notifications);
    let mut reasons = BTreeSet::new();
    for notification in &observed.notifications {
        reasons.extend(misrouted(notification, case));
        reasons.extend(held_back(notification, observed));
    }
    for (labels, words) in by_alert(&observed.notifications) {
        // Where nobody could see all that fired, nothing was told in excess of it.
        if observed.monitoring_failures.is_empty() {
            reasons.extend(told_in_excess(labels, &words, observed));
        }
        reasons.extend(told_by_several(labels, &words));
    }
    reasons.extend(said_again(case, &deliveries));
    let detail = if reasons.is_empty() {
        format!("{} notifications", deliveries.len())
    } else {
        format!(
            "{} notifications, {} wrong",
            deliveries.len(),
            reasons.len()
        )
    };
    bench.expectations.push(expectation(
        "notified",
        "the right receivers are told, once",
        reasons.is_empty(),
        detail,
    ));
    for reason in reasons {
        bench.find(Verdict::Unexpected, reason);
    }
}

/// What arrived together was sent together.
fn deliveries(notifications: &[NotificationRecord]) -> Vec<Delivery<'_>> {
    let mut deliveries: Vec<Delivery<'_>> = Vec::new();
    for notification in notifications {
        let (at_s, way) = (notification.at_s, way(notification));
        let goes_on = |last: &Delivery<'_>| last.way == way && last.at_s.total_cmp(&at_s).is_eq();
        if !deliveries.last().is_some_and(goes_on) {
            deliveries.push(Delivery {
                at_s,
                way,
                alerts: BTreeMap::new(),
            });
        }
        if let Some(last) = deliveries.last_mut() {
            last.alerts
                .insert(&notification.labels, &notification.status);
        }
    }
    deliveries
}

fn way(notification: &NotificationRecord) -> Way<'_> {
    (&notification.receiver, &notification.group)
}

fn by_alert(notifications: &[NotificationRecord]) -> BTreeMap<&Labels, Vec<&NotificationRecord>> {
    let mut alerts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for notification in notifications {
        alerts
            .entry(&notification.labels)
            .or_default()
            .push(notification);
    }
    alerts
}

/// A receiver is named as the severity that it is for. Where there is none of that name, as in
/// somebody's own Alertmanager, nothing is asked of it.
fn misrouted(notification: &NotificationRecord, case: &Case<'_>) -> Option<String> {
    let severity = notification.labels.get("severity")?;
    let receiver = &notification.receiver;
    (case.routing.has_receiver(severity) && receiver != severity).then(|| {
        let who = who(&notification.labels);
        format!("{who} was told to `{receiver}`; its severity is {severity}")
    })
}

fn held_back(notification: &NotificationRecord, observed: &Observed) -> Option<String> {
    let meanwhile = observed.inhibited.iter().any(|inhibited| {
        has_all(&notification.labels, &inhibited.labels)
            && inhibited.from_s < notification.at_s
            && notification.at_s < inhibited.to_s
    });
    (meanwhile && notification.status == "firing").then(|| {
        let (who, at) = (who(&notification.labels), show(notification.at_s));
        format!("{who} was told at {at}, while it was inhibited")
    })
}

/// More often than it fired; an alert that never did was told once too often the first time.
fn told_in_excess(
    labels: &Labels,
    words: &[&NotificationRecord],
    observed: &Observed,
) -> Option<String> {
    let mut before = "";
    let mut told = 0;
    for word in words {
        if word.status == "firing" && before != "firing" {
            told += 1;
        }
        before = &word.status;
    }
    let lanes = observed.lanes.iter();
    let fired: usize = lanes
        .filter(|lane| words.first().is_some_and(|word| is_about(word, lane)))
        .map(|lane| lane.firing().count())
        .sum();
    let who = who(labels);
    match (told, fired) {
        (0, _) => None,
        (_, 0) => Some(format!("{who} was told to fire, and never did")),
        _ => (told > fired)
            .then(|| format!("{who} was told to fire {told} times, and fired {fired} times")),
    }
}

fn told_by_several(labels: &Labels, words: &[&NotificationRecord]) -> Option<String> {
    let ways: BTreeSet<Way<'_>> = words.iter().map(|word| way(word)).collect();
    (ways.len() > 1).then(|| {
        let ways: Vec<String> = ways
            .iter()
            .map(|(receiver, group)| format!("`{receiver}` for {group}"))
            .collect();
        format!(
            "{} was told by several ways: {}",
            who(labels),
            ways.join(", ")
        )
    })
}

/// A group that has not changed is sent again only after `repeat_interval`.
fn said_again(case: &Case<'_>, deliveries: &[Delivery<'_>]) -> Vec<String> {
    let mut last: BTreeMap<Way<'_>, &Delivery<'_>> = BTreeMap::new();
    let mut reasons = Vec::new();
    for delivery in deliveries {
        let Some(before) = last.insert(delivery.way, delivery) else {
            continue;
        };
        let passed = delivery.at_s - before.at_s;
        let repeats = |labels: &&Labels| case.routing.grouping(labels).repeat_interval;
        let due = delivery.alerts.keys().map(repeats).min();
        if before.alerts == delivery.alerts && due.is_some_and(|due| passed < due.as_secs_f64()) {
            let (receiver, group) = delivery.way;
            reasons.push(format!(
                "`{receiver}` was told the same of {group} twice, at {} and at {}",
                show(before.at_s),
                show(delivery.at_s)
            ));
        }
    }
    reasons
}

/// The alert, and whose it is.
fn who(labels: &Labels) -> AlertMatcher {
    let service = labels.get_key_value("service");
    AlertMatcher {
        alert: labels.get("alertname").cloned().unwrap_or_default(),
        labels: service
            .map(|(name, value)| (name.clone(), value.clone()))
            .into_iter()
            .collect(),
    }
}
