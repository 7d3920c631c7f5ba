use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::report::record::Stretch;

fn fault(service: &str, from_s: f64, to_s: f64) -> FaultRecord {
    FaultRecord {
        service: service.to_owned(),
        kind: "error".to_owned(),
        parameters: json!({}),
        from_s,
        to_s,
        effect_s: None,
        strikes: 1,
    }
}

fn lane(service: &str, firing: &[(f64, f64)]) -> AlertLane {
    let stretch = |(from_s, to_s): &(f64, f64)| Stretch {
        state: "firing",
        from_s: *from_s,
        to_s: *to_s,
    };
    AlertLane {
        labels: BTreeMap::from([
            ("alertname".to_owned(), format!("{service}Down")),
            ("service".to_owned(), service.to_owned()),
        ]),
        class: "unexpected",
        stretches: firing.iter().map(stretch).collect(),
        delivered_s: None,
    }
}

fn score(faults: &[FaultRecord], alerts: &[AlertLane]) -> Score {
    Score::judge(faults, alerts, 1.0)
}

#[test]
fn a_fault_is_noticed_by_its_own_service_or_by_another() {
    let score = score(
        &[
            fault("a", 100.0, 110.0),
            fault("a", 400.0, 410.0),
            fault("b", 700.0, 710.0),
        ],
        &[
            lane("a", &[(120.0, 130.0)]),
            lane("c", &[(105.0, 111.0), (415.0, 420.0), (1000.0, 1001.0)]),
        ],
    );
    let after = |notice: &Option<Notice>| notice.as_ref().map(|notice| notice.after_s);
    let [first, second, third] = score.faults.as_slice() else {
        panic!("three faults: {score:?}");
    };
    assert_eq!(
        (after(&first.by_own), after(&first.by_any)),
        (Some(20.0), Some(5.0))
    );
    assert_eq!(
        (after(&second.by_own), after(&second.by_any)),
        (None, Some(15.0))
    );
    assert_eq!((after(&third.by_own), after(&third.by_any)), (None, None));
    assert_eq!(score.without_cause, 1);
    let text = score.to_string();
    assert!(
        text.starts_with("noticed 2 of 3 faults, 1 of them by"),
        "{text}"
    );
    assert!(
        text.contains("error at b") && text.contains("not noticed"),
        "{text}"
    );
}

#[test]
fn what_fired_before_a_fault_did_not_notice_it() {
    let score = score(&[fault("a", 100.0, 110.0)], &[lane("a", &[(99.0, 300.0)])]);
    assert_eq!(score.faults[0].by_any, None);
    assert_eq!(score.without_cause, 1);
}
