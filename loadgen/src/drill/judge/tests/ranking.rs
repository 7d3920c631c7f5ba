//! The highest verdict wins, all are listed, and absence counts only where somebody looked.

use super::*;

/// Every verdict that can be reached by what went wrong.
fn everything(drill: &mut Drill) {
    drill.observed.load = load(600, 400, 0);
    drill.observed.lanes = vec![
        lane("ServiceDown", &[("firing", 20.0, 21.0)]),
        lane("PizzaOrderFailures", &[("firing", 20.0, f64::INFINITY)]),
    ];
    drill.observed.faults[0].strikes = 0;
}

#[test]
fn the_highest_wins_and_all_are_listed() {
    let judgement = judged(everything);
    assert_eq!(
        judgement.verdicts,
        [
            Verdict::NotInjected,
            Verdict::NotResolved,
            Verdict::Unexpected,
            Verdict::Missed,
            Verdict::Thresholds,
        ]
    );
    assert_eq!(judgement.verdict.exit_code(), 23);
    let order: Vec<_> = judgement
        .findings
        .iter()
        .map(|finding| finding.verdict)
        .collect();
    assert!(order.is_sorted_by(|a, b| a >= b), "{order:?}");
}

#[test]
fn a_blind_monitoring_never_passes_and_never_blames() {
    let judgement = judged(|drill| {
        everything(drill);
        drill.observed.monitoring_failures = vec!["Prometheus failed".to_owned()];
    });
    assert_eq!(
        judgement.verdicts,
        [
            Verdict::Invalid,
            Verdict::NotInjected,
            Verdict::Unexpected,
            Verdict::Thresholds
        ],
        "that an alert is missing says nothing where nobody could see it"
    );
}

#[test]
fn an_interrupted_drill_keeps_what_was_seen_and_not_what_was_not() {
    let judgement = judged(|drill| {
        everything(drill);
        drill.observed.interrupted = true;
    });
    assert_eq!(
        judgement.verdicts,
        [Verdict::Interrupted, Verdict::Unexpected]
    );
    assert_eq!(judgement.verdict.exit_code(), 130);
}

#[test]
fn exit_codes_are_the_published_ones() {
    let codes = [
        (Verdict::Pass, 0),
        (Verdict::Preflight, 3),
        (Verdict::Thresholds, 10),
        (Verdict::Missed, 20),
        (Verdict::Late, 20),
        (Verdict::Unexpected, 21),
        (Verdict::NotResolved, 22),
        (Verdict::NotInjected, 23),
        (Verdict::Invalid, 30),
        (Verdict::Interrupted, 130),
    ];
    for (verdict, code) in codes {
        assert_eq!(verdict.exit_code(), code, "{verdict}");
    }
    assert!(
        codes.is_sorted_by_key(|(verdict, _)| *verdict),
        "the order is the ranking"
    );
}
