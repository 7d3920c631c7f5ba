//! A drill that passes, and what it records.

use super::*;

fn near(measured: Option<f64>, wanted: f64) -> bool {
    measured.is_some_and(|measured| (measured - wanted).abs() < 1e-9)
}

#[test]
fn a_good_drill_passes_and_pass_stands_alone() {
    let judgement = judged(|_| {});
    assert_eq!(
        judgement.verdicts,
        [Verdict::Pass],
        "{:?}",
        judgement.findings
    );
    assert!(judgement.findings.is_empty());
    assert!(
        judgement
            .expectations
            .iter()
            .all(|expectation| expectation.held)
    );
    let kinds: Vec<_> = judgement
        .expectations
        .iter()
        .map(|expectation| expectation.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            "effect",
            "fires",
            "silent",
            "notified",
            "resolves",
            "threshold",
            "threshold"
        ]
    );
}

#[test]
fn times_count_from_the_cause_and_from_its_proven_effect() {
    let judgement = judged(|_| {});
    let fires = only(&judgement, "fires");
    assert!(near(fires.took_s, 10.0), "{fires:?}");
    assert!(near(fires.delivered_s, 12.0), "{fires:?}");
    assert!(near(fires.from_effect_s, 9.5), "{fires:?}");
    assert!(near(fires.limit_s, 33.0), "{fires:?}");
    assert!(fires.detail.contains("window 20 s"), "{fires:?}");
    let resolves = only(&judgement, "resolves");
    assert!(near(resolves.took_s, 10.0), "{resolves:?}");
    assert!(near(resolves.delivered_s, 14.0), "{resolves:?}");
}

#[test]
fn a_fault_that_was_accepted_late_moves_the_clock() {
    let judgement = judged(|drill| drill.observed.faults = vec![fault(14.0, 34.0, 80)]);
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert!(near(only(&judgement, "fires").took_s, 6.0));
    assert!(near(only(&judgement, "resolves").took_s, 6.0));
}

#[test]
fn a_cause_that_is_load_counts_from_its_phase() {
    let judgement = judged(|drill| {
        drill.scenario.expect.fires[0].after_phase = Some("steady".to_owned());
    });
    assert!(near(only(&judgement, "fires").took_s, 20.0));
}

#[test]
fn an_allowed_alert_may_fire_and_must_resolve() {
    let judgement = judged(|drill| {
        drill
            .observed
            .lanes
            .push(lane("PizzaOrderFailures", &[("firing", 25.0, 45.0)]));
        drill
            .observed
            .notifications
            .push(notification("PizzaOrderFailures", "firing", 26.0));
        drill
            .observed
            .notifications
            .push(notification("PizzaOrderFailures", "resolved", 47.0));
    });
    assert_eq!(judgement.verdict, Verdict::Pass, "{:?}", judgement.findings);
    assert_eq!(judgement.lanes[1].class, "allowed");
    let judgement = judged(|drill| {
        drill.observed.lanes.push(lane(
            "PizzaOrderFailures",
            &[("firing", 25.0, f64::INFINITY)],
        ));
        drill
            .observed
            .notifications
            .push(notification("PizzaOrderFailures", "firing", 26.0));
    });
    assert_eq!(judgement.verdict, Verdict::NotResolved);
}

#[test]
fn a_little_lateness_is_no_matter_where_times_are_not_judged() {
    let judgement = judged(|drill| {
        drill.scenario.expect.thresholds.clear();
        drill.observed.load.schedule_lag.p99_ms = 999.0;
    });
    assert_eq!(judgement.verdict, Verdict::Pass, "{:?}", judgement.findings);
}
