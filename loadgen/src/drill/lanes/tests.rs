use super::*;

fn labels(name: &str) -> Labels {
    Labels::from([
        ("alertname".to_owned(), name.to_owned()),
        ("service".to_owned(), "pizza-service".to_owned()),
    ])
}

fn stretches(lane: &Lane) -> Vec<(&str, f64, f64)> {
    lane.stretches
        .iter()
        .map(|stretch| (stretch.state, stretch.from_s, stretch.to_s))
        .collect()
}

#[test]
fn looks_become_stretches_and_changes_are_told_once() {
    let mut lanes = Lanes::default();
    let mut told = Vec::new();
    let looks = [
        None,
        Some(AlertState::Pending),
        Some(AlertState::Pending),
        Some(AlertState::Firing),
        None,
        None,
    ];
    for (second, state) in (0_u32..).zip(looks) {
        let changes = lanes.look(
            f64::from(second),
            state.map(|state| (labels("Test"), state)),
        );
        told.extend(changes.into_iter().map(|change| (second, change.state)));
    }
    assert_eq!(
        told,
        [
            (1, Some(AlertState::Pending)),
            (3, Some(AlertState::Firing)),
            (4, None)
        ]
    );
    let lane = &lanes.all()[0];
    assert_eq!(
        stretches(lane),
        [("pending", 1.0, 3.0), ("firing", 3.0, 4.0)]
    );
    assert_eq!(
        (lane.fired_at(), lane.resolved_at(), lane.still_fires()),
        (Some(3.0), Some(4.0), false)
    );
}

#[test]
fn an_alert_that_comes_back_has_a_gap() {
    let mut lanes = Lanes::default();
    for (at_s, fires) in [(0.0, true), (1.0, false), (2.0, true), (3.0, true)] {
        lanes.look(at_s, fires.then(|| (labels("Test"), AlertState::Firing)));
    }
    let lane = &lanes.all()[0];
    assert_eq!(
        stretches(lane),
        [("firing", 0.0, 1.0), ("firing", 2.0, 3.0)]
    );
    assert!(lane.still_fires());
    assert_eq!(lane.resolved_at(), None);
}

#[test]
fn the_watchdog_has_no_lane() {
    let mut lanes = Lanes::default();
    assert!(
        lanes
            .look(0.0, [(labels("Watchdog"), AlertState::Firing)])
            .is_empty()
    );
    assert!(lanes.all().is_empty());
}

#[test]
fn a_range_query_over_alerts_gives_the_same_lanes() {
    let series = |state: &str, times: &[f64]| {
        let mut labels = labels("Test");
        labels.insert("__name__".to_owned(), "ALERTS".to_owned());
        labels.insert("alertstate".to_owned(), state.to_owned());
        Series {
            labels,
            times: times.to_vec(),
        }
    };
    let series = vec![
        series("firing", &[1002.5, 1003.0, 1003.5]),
        series("pending", &[1001.5, 1002.0]),
    ];
    let lanes = Lanes::from_series(series, 1000.5, 1000.0, 1005.0, 0.5);
    assert_eq!(lanes.all().len(), 1);
    assert_eq!(
        stretches(&lanes.all()[0]),
        [("pending", 1.0, 2.0), ("firing", 2.0, 3.5)]
    );
    assert!(!lanes.all()[0].open);
}

fn fired(name: &str, from_s: f64, to_s: f64) -> Lane {
    Lane {
        labels: labels(name),
        stretches: vec![Stretch {
            state: "firing",
            from_s,
            to_s,
        }],
        open: false,
    }
}

#[test]
fn watch_and_record_must_tell_the_same_story() {
    let live = [
        fired("Same", 10.2, 20.0),
        fired("Shifted", 10.0, 20.0),
        fired("OnlyLive", 10.0, 20.0),
    ];
    let record = [
        fired("Same", 9.5, 20.0),
        fired("Shifted", 13.0, 20.0),
        fired("OnlyRecord", 5.0, 20.0),
    ];
    let found = disagreements(&live, &record, 1.5, 30.0);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("Shifted fired at 10.0 s by the live watch and at 13.0 s"));
    assert!(found[1].starts_with("OnlyLive fired at 10.0 s, but the record"));
    assert!(found[2].starts_with("OnlyRecord fired at 5.0 s, but the live watch"));
}

#[test]
fn what_is_too_short_or_too_late_to_be_seen_by_both_is_no_disagreement() {
    let short = [fired("Short", 10.0, 11.0)];
    let late = [fired("Late", 29.0, 30.0)];
    assert!(disagreements(&short, &[], 1.5, 30.0).is_empty());
    assert!(disagreements(&[], &late, 1.5, 30.0).is_empty());
}

#[test]
fn a_record_has_caught_up_when_it_shows_as_over_what_was_seen_to_be() {
    let look = |states: &[Option<AlertState>]| {
        let mut lanes = Lanes::default();
        for (second, state) in (0_u32..).zip(states) {
            lanes.look(
                f64::from(second),
                state.map(|state| (labels("Test"), state)),
            );
        }
        lanes
    };
    let firing = Some(AlertState::Firing);
    let over = look(&[firing, None]);
    assert!(!look(&[firing, firing]).caught_up(&over));
    assert!(over.caught_up(&over));
    assert!(over.caught_up(&look(&[firing, firing])), "nor ahead");
    assert!(look(&[firing]).caught_up(&Lanes::default()), "never seen");
}

#[test]
fn the_widest_gap_counts_from_the_start() {
    let mut lanes = Lanes::default();
    for at_s in [0.5, 0.7, 1.0] {
        lanes.look(at_s, []);
    }
    assert!((lanes.widest_gap_s() - 0.5).abs() < 1e-9);
}
