//! What fires and must not be heard.

use super::*;
use crate::report::record::SilenceRecord;

/// The good drill under a silence from 5 s to 50 s: its alert fires, and no word arrives.
fn silenced() -> Drill {
    let mut drill = Drill::good();
    drill.scenario.expect.fires[0].notifies = false;
    drill.observed.notifications.clear();
    drill.observed.silences = vec![SilenceRecord {
        alert: "ServiceErrorRatio".to_owned(),
        labels: [("service".to_owned(), "pizza-service".to_owned())].into(),
        from_s: 5.0,
        to_s: 50.0,
    }];
    drill
}

fn hear(drill: &mut Drill, alert: &str, status: &str, at_s: f64) {
    drill
        .observed
        .notifications
        .push(notification(alert, status, at_s));
}

#[test]
fn an_alert_that_fires_and_is_not_heard_is_as_it_should_be() {
    let judgement = silenced().judge();
    assert_eq!(judgement.verdict, Verdict::Pass, "{:?}", judgement.findings);
    let hush = only(&judgement, "hush");
    assert!(
        hush.held && hush.name.contains("while it is silenced"),
        "{hush:?}"
    );
    assert_eq!(only(&judgement, "fires").delivered_s, None);
}

#[test]
fn a_word_under_the_silence_is_one_too_many() {
    let mut drill = silenced();
    hear(&mut drill, "ServiceErrorRatio", "firing", 22.0);
    hear(&mut drill, "ServiceErrorRatio", "resolved", 44.0);
    let judgement = drill.judge();
    assert_eq!(judgement.verdict, Verdict::Unexpected);
    assert!(!only(&judgement, "hush").held);
}

#[test]
fn a_word_on_its_way_or_after_the_silence_or_about_others_is_none() {
    let mut drill = silenced();
    hear(&mut drill, "ServiceErrorRatio", "firing", 5.4);
    hear(&mut drill, "ServiceErrorRatio", "firing", 50.5);
    hear(&mut drill, "ServiceErrorRatio", "resolved", 52.0);
    hear(&mut drill, "PizzaOrderFailures", "firing", 22.0);
    let judgement = drill.judge();
    assert!(only(&judgement, "hush").held, "{:?}", judgement.findings);
}

#[test]
fn a_silence_does_not_excuse_an_alert_from_firing() {
    let mut drill = silenced();
    drill.observed.lanes.clear();
    assert_eq!(drill.judge().verdict, Verdict::Missed);
}

#[test]
fn what_is_to_be_heard_by_nobody_needs_no_silence() {
    let mut drill = silenced();
    drill.observed.silences.clear();
    assert_eq!(drill.judge().verdict, Verdict::Pass);
    hear(&mut drill, "ServiceErrorRatio", "firing", 22.0);
    hear(&mut drill, "ServiceErrorRatio", "resolved", 44.0);
    let judgement = drill.judge();
    assert_eq!(judgement.verdict, Verdict::Unexpected);
    assert!(!only(&judgement, "hush").held);
}
