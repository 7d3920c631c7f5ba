//! Exactly the right notifications, once.

use super::*;
use crate::drill::inhibitions::Inhibited;

/// An alert that is allowed, fires from 21 s to 41 s and is of the same group as the expected one.
const OTHER: &str = "PizzaOrderFailures";

/// What a group says, one notification a row: when, and each alert with its state.
type Rows<'a> = &'a [(f64, &'a [(&'a str, &'a str)])];

fn said(rows: Rows<'_>) -> Vec<NotificationRecord> {
    let words = rows.iter().flat_map(|(at_s, alerts)| {
        let words = alerts.iter();
        words.map(|(alert, status)| notification(alert, status, *at_s))
    });
    words.collect()
}

fn with_other(rows: Rows<'_>) -> Judgement {
    judged(|drill| {
        drill
            .observed
            .lanes
            .push(lane(OTHER, &[("firing", 21.0, 41.0)]));
        drill.observed.notifications = said(rows);
    })
}

const ERRORS: &str = "ServiceErrorRatio";
const FIRING: &str = "firing";
const RESOLVED: &str = "resolved";

/// The good drill with a change is UNEXPECTED, for this reason and no other.
fn wrong(judgement: &Judgement, reason: &str) {
    let unexpected: Vec<_> = judgement
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Unexpected)
        .collect();
    assert_eq!(unexpected.len(), 1, "{:?}", judgement.findings);
    assert!(unexpected[0].reason.contains(reason), "{unexpected:?}");
    assert!(!only(judgement, "notified").held);
}

#[test]
fn a_group_repeats_what_still_fires_when_something_is_new() {
    let judgement = with_other(&[
        (22.0, &[(ERRORS, FIRING)]),
        (26.0, &[(ERRORS, FIRING), (OTHER, FIRING)]),
        (42.0, &[(ERRORS, RESOLVED), (OTHER, FIRING)]),
        // Prometheus goes on saying for a while what is over.
        (44.0, &[(ERRORS, RESOLVED), (OTHER, RESOLVED)]),
    ]);
    assert_eq!(judgement.verdict, Verdict::Pass, "{:?}", judgement.findings);
    assert_eq!(only(&judgement, "notified").detail, "4 notifications");
}

#[test]
fn an_end_is_told_when_it_was_told_first() {
    let told_after = |first: (f64, &[(&str, &str)])| {
        let judgement = with_other(&[
            (22.0, &[(ERRORS, FIRING)]),
            (26.0, &[(ERRORS, FIRING), (OTHER, FIRING)]),
            first,
            (46.0, &[(ERRORS, RESOLVED), (OTHER, RESOLVED)]),
        ]);
        let mut ends = judgement.expectations.into_iter();
        let end = ends.find(|one| one.kind == "resolves" && one.alert.as_deref() == Some(ERRORS));
        end.and_then(|end| end.delivered_s)
            .expect("its end is told")
    };
    let early = told_after((42.0, &[(ERRORS, RESOLVED), (OTHER, FIRING)]));
    let late = told_after((42.0, &[(ERRORS, FIRING), (OTHER, RESOLVED)]));
    assert!((late - early - 4.0).abs() < 1e-9, "{early} and {late}");
}

#[test]
fn the_same_thing_twice_in_a_row_is_once_too_often() {
    let twice = |again_s| {
        judged(|drill| {
            drill.observed.lanes = vec![lane(ERRORS, &[("firing", 20.0, 120.0)])];
            drill.observed.faults = vec![fault(10.0, 110.0, 80)];
            drill.observed.notifications = said(&[
                (22.0, &[(ERRORS, FIRING)]),
                (again_s, &[(ERRORS, FIRING)]),
                (123.0, &[(ERRORS, RESOLVED)]),
            ]);
        })
    };
    wrong(
        &twice(26.0),
        r#"`page` was told the same of {}:{service="pizza-service"} twice, at 22 s and at 26 s"#,
    );
    let due = twice(82.1);
    assert_eq!(due.verdict, Verdict::Pass, "{:?}", due.findings);
}

#[test]
fn a_severity_has_a_receiver_of_its_name() {
    let to = |receiver: &str| {
        judged(|drill| {
            for word in &mut drill.observed.notifications {
                receiver.clone_into(&mut word.receiver);
            }
        })
    };
    wrong(&to("ticket"), "was told to `ticket`; its severity is page");
    // Nothing is asked of a severity that nobody has a receiver for.
    let judgement = judged(|drill| {
        for word in &mut drill.observed.notifications {
            word.labels.insert("severity".into(), "critical".into());
        }
        drill.observed.lanes[0]
            .labels
            .insert("severity".into(), "critical".into());
    });
    assert_eq!(judgement.verdict, Verdict::Pass, "{:?}", judgement.findings);
}

#[test]
fn two_groups_do_not_tell_of_one_alert() {
    let judgement = judged(|drill| {
        let mut again = drill.observed.notifications.clone();
        for word in &mut again {
            word.group = "{}:{}".to_owned();
        }
        drill.observed.notifications.extend(again);
    });
    wrong_among(&judgement, "was told by several ways");
}

fn wrong_among(judgement: &Judgement, reason: &str) {
    assert_eq!(judgement.verdict, Verdict::Unexpected);
    let told = judgement
        .findings
        .iter()
        .any(|finding| finding.reason.contains(reason));
    assert!(told, "{:?}", judgement.findings);
}

#[test]
fn what_never_fired_is_not_told() {
    let judgement = judged(|drill| {
        drill
            .observed
            .notifications
            .push(notification("ServiceDown", FIRING, 25.0));
    });
    wrong(&judgement, "was told to fire, and never did");
    // Nor what was only pending.
    let judgement = judged(|drill| {
        drill
            .observed
            .lanes
            .push(lane("ServiceDown", &[("pending", 20.0, 30.0)]));
        drill
            .observed
            .notifications
            .push(notification("ServiceDown", FIRING, 25.0));
    });
    wrong(&judgement, "was told to fire, and never did");
    // The end of what fired before the drill may come late.
    let judgement = judged(|drill| {
        drill
            .observed
            .notifications
            .insert(0, notification("ServiceDown", RESOLVED, 1.0));
    });
    assert_eq!(judgement.verdict, Verdict::Pass, "{:?}", judgement.findings);
}

#[test]
fn where_nobody_could_see_what_fired_nothing_was_told_in_excess() {
    let judgement = judged(|drill| {
        drill.observed.lanes.clear();
        drill.observed.monitoring_failures = vec!["Prometheus failed".to_owned()];
    });
    assert_eq!(judgement.verdicts, [Verdict::Invalid]);
}

#[test]
fn what_fired_once_is_told_once() {
    let judgement = judged(|drill| {
        drill.observed.notifications = said(&[
            (22.0, &[(ERRORS, FIRING)]),
            (28.0, &[(ERRORS, RESOLVED)]),
            (32.0, &[(ERRORS, FIRING)]),
            (44.0, &[(ERRORS, RESOLVED)]),
        ]);
    });
    wrong(&judgement, "was told to fire 2 times, and fired 1 times");
}

fn inhibited(from_s: f64, to_s: f64, ended: bool) -> Inhibited {
    Inhibited {
        labels: labels(ERRORS),
        from_s,
        to_s,
        ended,
    }
}

#[test]
fn what_is_inhibited_is_not_told() {
    let judgement = judged(|drill| drill.observed.inhibited = vec![inhibited(21.0, 25.0, false)]);
    wrong(&judgement, "was told at 22 s, while it was inhibited");
    let judgement = judged(|drill| drill.observed.inhibited = vec![inhibited(23.0, 25.0, false)]);
    assert_eq!(judgement.verdict, Verdict::Pass, "{:?}", judgement.findings);
}

#[test]
fn what_ends_while_it_is_inhibited_need_not_be_told() {
    let ends = |ended| {
        judged(|drill| {
            drill.observed.notifications.truncate(1);
            drill.observed.inhibited = vec![inhibited(30.0, 39.0, ended)];
        })
    };
    assert_eq!(ends(true).verdict, Verdict::Pass);
    assert_eq!(ends(false).verdict, Verdict::NotResolved);
}
