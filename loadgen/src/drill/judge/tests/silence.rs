//! What may be seen without harm.

use super::*;

fn silent() -> Drill {
    let mut drill = Drill::good();
    drill.scenario.expect.fires.clear();
    drill.scenario.expect.allows.clear();
    drill.observed.lanes.clear();
    drill.observed.notifications.clear();
    drill
}

#[test]
fn a_drill_under_which_nothing_fires_passes_in_silence() {
    let judgement = silent().judge();
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert!(only(&judgement, "silent").held);
}

#[test]
fn what_is_only_pending_wakes_nobody() {
    let mut drill = silent();
    drill.observed.lanes = vec![lane("ServiceErrorRatio", &[("pending", 12.0, 18.0)])];
    let judgement = drill.judge();
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert_eq!(judgement.lanes[0].class, "allowed");
}

#[test]
fn firing_for_a_moment_breaks_the_silence() {
    let mut drill = silent();
    drill.observed.lanes = vec![lane(
        "ServiceErrorRatio",
        &[("pending", 12.0, 18.0), ("firing", 18.0, 18.5)],
    )];
    let judgement = drill.judge();
    assert_eq!(judgement.verdict, Verdict::Unexpected);
    assert_eq!(judgement.lanes[0].class, "unexpected");
    assert!(
        only(&judgement, "silent")
            .detail
            .contains("ServiceErrorRatio")
    );
}

#[test]
fn what_one_matcher_names_is_expected_for_all_its_instances() {
    let judgement = judged(|drill| {
        let mut second = lane("ServiceErrorRatio", &[("firing", 21.0, 40.0)]);
        second.labels.insert("instance".to_owned(), "b".to_owned());
        let mut words = drill.observed.notifications.clone();
        for word in &mut words {
            word.labels.insert("instance".to_owned(), "b".to_owned());
        }
        drill.observed.lanes.push(second);
        drill.observed.notifications.extend(words);
    });
    assert_eq!(judgement.verdict, Verdict::Pass, "{:?}", judgement.findings);
    assert_eq!(judgement.lanes[1].class, "expected");
}
