use super::*;
use crate::report::html::tests::sample;

/// The sample has three alerts that came as expected, and one that nobody expects.
#[test]
fn a_drill_with_a_false_alarm_is_scored() {
    let record = sample::order_failures();
    let score = Scoreboard::of([&record]);
    assert_eq!(score.passed, Share { part: 0, of: 1 });
    assert_eq!(score.recall, Share { part: 3, of: 3 });
    assert_eq!(score.precision, Share { part: 3, of: 4 });
    assert_eq!(score.time_to_detect.median_s, Some(10.5));
    assert_eq!(score.time_to_detect.p95_s, Some(11.0));
    assert_eq!(score.time_to_resolve.count, 1, "one has never resolved");
    assert_eq!(score.false_alarms, 1);
    assert!((score.watched_hours - 80.0 / 3600.0).abs() < 1e-9);
    assert!((score.false_alarms_per_hour - 45.0).abs() < 1e-9);
    assert_eq!(score.culprit_named, Share { part: 1, of: 1 });
}

#[test]
fn a_first_page_about_somebody_else_names_no_culprit() {
    let mut record = sample::order_failures();
    record.culprits = vec!["pokedex-api".to_owned()];
    assert_eq!(names_culprit(&record), Some(false));
    let mut nobodys = record.clone();
    nobodys.culprits.clear();
    assert_eq!(names_culprit(&nobodys), None, "nobody is to blame");
    record.notifications.clear();
    assert_eq!(names_culprit(&record), None);
    assert_eq!(
        Scoreboard::of([&record]).culprit_named,
        Share { part: 0, of: 0 }
    );
}

#[test]
fn an_alert_is_proven_only_if_it_came_each_time() {
    let good = sample::order_failures();
    let mut bad = sample::order_failures();
    for expectation in &mut bad.expectations {
        if expectation.alert.as_deref() == Some("ServiceErrorRatio") && expectation.kind == "fires"
        {
            expectation.held = false;
        }
    }
    let proven = |score: &Scoreboard, alert: &str| {
        let row = score.coverage.alerts.iter().find(|row| row.alert == alert);
        row.is_some_and(|row| row.proven)
    };
    let once = Scoreboard::of([&good]);
    assert!(proven(&once, "ServiceErrorRatio"));
    assert!(proven(&once, "Watchdog"), "each preflight proves it");
    assert!(
        !proven(&once, "ServiceLatencyHigh"),
        "it fired, but nobody expects it"
    );
    let twice = Scoreboard::of([&good, &bad]);
    assert!(!proven(&twice, "ServiceErrorRatio"));
    assert_eq!(twice.recall, Share { part: 5, of: 6 });
    let row = twice
        .coverage
        .alerts
        .iter()
        .find(|row| row.alert == "ServiceErrorRatio");
    let cell = row.expect("a row").cells[0];
    assert_eq!((cell.expected, cell.proven), (2, 1));
}

#[test]
fn a_drill_that_cannot_be_believed_proves_nothing() {
    for verdict in [
        Verdict::Preflight,
        Verdict::NotInjected,
        Verdict::Invalid,
        Verdict::Interrupted,
    ] {
        let mut record = sample::order_failures();
        record.verdicts.push(verdict);
        let score = Scoreboard::of([&record]);
        assert_eq!(score.recall, Share { part: 0, of: 3 }, "{verdict:?}");
        assert_eq!(score.time_to_detect.count, 0, "{verdict:?}");
        let proven = score.coverage.alerts.iter().filter(|row| row.proven);
        let proven: Vec<&str> = proven.map(|row| row.alert.as_str()).collect();
        assert_eq!(proven, ["Watchdog"], "{verdict:?}");
    }
}

#[test]
fn nothing_is_no_perfect_score() {
    let score = Scoreboard::of(std::iter::empty());
    assert_eq!(score.recall.ratio(), None);
    assert!(score.coverage.alerts.is_empty());
}
