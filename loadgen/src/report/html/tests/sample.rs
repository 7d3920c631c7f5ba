//! A drill as it could have been: errors for 30 s, two alerts that held, one that did not resolve
//! and one that nobody expected.

use serde_json::json;
use time::macros::datetime;

use crate::drill::verdict::Verdict;
use crate::load::Flow;
use crate::load::report::{
    Counts, Figures, FlowReport, LoadReport, PhaseReport, Quantiles, SecondReport,
};
use crate::report::record::{
    AlertLane, DrillRecord, ExpectationRecord, FaultRecord, Finding, Monitoring,
    NotificationRecord, SCHEMA_VERSION, Stretch,
};

const LASTS_S: u32 = 80;

pub(crate) fn order_failures() -> DrillRecord {
    DrillRecord {
        schema_version: SCHEMA_VERSION,
        drill_id: "0195947c-5d1e-7a63-b3f2-9c0de5a41e70".into(),
        scenario: "order-failures".into(),
        summary: "Two of five requests to pizza-service fail for half a minute.".into(),
        teaches: "A ratio tells that it is broken now, a count tells what it has cost. The ratio ends with its cause; the count of the hour stays."
            .into(),
        seed: 20262,
        culprits: vec!["pizza-service".to_owned()],
        time_scale: 1.0,
        survey_s: None,
        started_at: datetime!(2026-03-14 09:26:53 UTC),
        ended_at: datetime!(2026-03-14 09:28:13 UTC),
        monitoring: Monitoring {
            scrape_interval_s: 1.0,
            evaluation_interval_s: 1.0,
            group_wait_s: 1.0,
            group_interval_s: 4.0,
            prometheus_version: "2.42.0".into(),
            alerts: ["PizzaOrderFailures", "ServiceErrorRatio", "Watchdog"]
                .map(str::to_owned)
                .to_vec(),
            alertmanager_version: "0.25.0".into(),
        },
        verdict: Verdict::NotResolved,
        verdicts: vec![Verdict::NotResolved, Verdict::Unexpected],
        findings: vec![
            Finding {
                verdict: Verdict::NotResolved,
                reason: "PizzaOrderFailures was still firing 30.0 s after the fault ended; 27.0 s were allowed".into(),
            },
            Finding {
                verdict: Verdict::Unexpected,
                reason: "ServiceLatencyHigh of pizza-service fired at 44.0 s, which the scenario does not name".into(),
            },
        ],
        expectations: expectations(),
        faults: vec![FaultRecord {
            service: "pizza-service".into(),
            kind: "error".into(),
            parameters: json!({"status": 503, "ratio": 0.4}),
            from_s: 20.0,
            to_s: 50.0,
            effect_s: Some(21.4),
            strikes: 66,
        }],
        silences: Vec::new(),
        alerts: alerts(),
        notifications: notifications(),
        load: load(),
    }
}

fn expectation(
    kind: &'static str,
    name: &str,
    held: bool,
    took: Option<f64>,
    limit: Option<f64>,
    detail: &str,
) -> ExpectationRecord {
    let fires = kind == "fires";
    ExpectationRecord {
        alert: ["fires", "resolves"]
            .contains(&kind)
            .then(|| name.split(' ').next().unwrap_or_default().to_owned()),
        name: name.into(),
        kind,
        held,
        took_s: took,
        delivered_s: took.filter(|_| fires).map(|took| took + 1.1),
        from_effect_s: took.filter(|_| fires).map(|took| took - 1.4),
        limit_s: limit,
        detail: detail.into(),
    }
}

fn expectations() -> Vec<ExpectationRecord> {
    let budget = "limit: scrape 1 s + evaluation 1 s + window 20 s + for 8 s + evaluation 1 s";
    vec![
        expectation(
            "effect",
            "error strikes pizza-service",
            true,
            None,
            None,
            "66 strikes, at least 20 wanted",
        ),
        expectation(
            "fires",
            "ServiceErrorRatio fires",
            true,
            Some(11.0),
            Some(31.0),
            budget,
        ),
        expectation(
            "fires",
            "PizzaOrderFailureRatio fires",
            true,
            Some(10.5),
            Some(31.0),
            budget,
        ),
        expectation(
            "fires",
            "PizzaOrderFailures fires",
            true,
            Some(9.2),
            Some(242.0),
            "limit: scrape 1 s + evaluation 1 s + window 240 s",
        ),
        expectation(
            "silent",
            "everything else stays silent",
            false,
            None,
            None,
            "fired: ServiceLatencyHigh",
        ),
        expectation(
            "resolves",
            "ServiceErrorRatio resolves",
            true,
            Some(13.0),
            Some(27.0),
            "limit: scrape 1 s + evaluation 1 s + window 20 s",
        ),
        expectation(
            "resolves",
            "PizzaOrderFailures resolves",
            false,
            None,
            Some(27.0),
            "still firing when the watching ended",
        ),
    ]
}

fn alert(
    name: &str,
    class: &'static str,
    pending: Option<f64>,
    firing: Option<(f64, f64)>,
    delivered: Option<f64>,
) -> AlertLane {
    let labels = [
        ("alertname", name),
        ("service", "pizza-service"),
        ("severity", "page"),
        ("speed", "demo"),
    ];
    let end = firing.map_or(38.0, |(from, _)| from);
    let pending = pending.map(|from_s| Stretch {
        state: "pending",
        from_s,
        to_s: end,
    });
    let firing = firing.map(|(from_s, to_s)| Stretch {
        state: "firing",
        from_s,
        to_s,
    });
    AlertLane {
        labels: labels
            .map(|(name, value)| (name.into(), value.into()))
            .into(),
        class,
        stretches: pending.into_iter().chain(firing).collect(),
        delivered_s: delivered,
    }
}

fn alerts() -> Vec<AlertLane> {
    vec![
        alert(
            "ServiceLatencyHigh",
            "unexpected",
            Some(36.0),
            Some((44.0, 52.0)),
            Some(45.2),
        ),
        alert(
            "ServiceErrorRatio",
            "expected",
            Some(23.0),
            Some((31.0, 63.0)),
            Some(32.1),
        ),
        alert(
            "PizzaOrderFailureRatio",
            "expected",
            Some(22.5),
            Some((30.5, 62.0)),
            Some(31.7),
        ),
        alert(
            "PizzaOrderFailures",
            "expected",
            None,
            Some((29.2, 80.0)),
            Some(30.3),
        ),
        alert("RequestsRejected", "unexpected", Some(34.0), None, None),
    ]
}

fn notifications() -> Vec<NotificationRecord> {
    let of = |at_s, status: &str, name: &str| NotificationRecord {
        at_s,
        receiver: "page".into(),
        group: r#"{}:{service="pizza-service"}"#.into(),
        status: status.into(),
        labels: [
            ("alertname", name),
            ("service", "pizza-service"),
            ("severity", "page"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into(),
    };
    vec![
        of(30.3, "firing", "PizzaOrderFailures"),
        of(31.7, "firing", "PizzaOrderFailureRatio"),
        of(32.1, "firing", "ServiceErrorRatio"),
        of(45.2, "firing", "ServiceLatencyHigh"),
        of(65.7, "resolved", "ServiceErrorRatio"),
    ]
}

fn load() -> LoadReport {
    let seconds: Vec<SecondReport> = (0..LASTS_S).map(second).collect();
    let phase = |name: &str, from: u32, to: u32| {
        let counts = seconds
            .iter()
            .filter(|second| (from..to).contains(&second.second))
            .map(|second| second.counts)
            .fold(Counts::default(), add);
        PhaseReport {
            name: name.into(),
            starts_s: f64::from(from),
            ends_s: f64::from(to),
            total: figures(counts),
            flows: vec![
                FlowReport {
                    flow: Flow::PlaceOrder,
                    figures: figures(counts),
                },
                FlowReport {
                    flow: Flow::Browse,
                    figures: figures(counts),
                },
            ],
        }
    };
    let phases = vec![
        phase("warm-up", 0, 15),
        phase("steady", 15, 60),
        phase("cool-down", 60, LASTS_S),
    ];
    let counts = seconds
        .iter()
        .map(|second| second.counts)
        .fold(Counts::default(), add);
    LoadReport {
        total: figures(counts),
        phases,
        seconds,
        schedule_lag: quantiles(counts.intended, 0.2),
    }
}

fn add(one: Counts, other: Counts) -> Counts {
    Counts {
        intended: one.intended + other.intended,
        sent: one.sent + other.sent,
        completed: one.completed + other.completed,
        failed: one.failed + other.failed,
        dropped: one.dropped + other.dropped,
    }
}

/// Five or six a second; two of five fail while the fault is on; nothing at all is answered in second 70.
fn second(second: u32) -> SecondReport {
    let broken = (20..50).contains(&second);
    let sent = 5 + u64::from(second % 2);
    let failed = if broken {
        2 + u64::from(second.is_multiple_of(3))
    } else {
        0
    };
    let wobble = f64::from(second * 7 % 11) / 10.0;
    let slow = if (34..44).contains(&second) {
        180.0
    } else {
        1.0
    };
    let answered = if second == 70 { 0.0 } else { 1.0 };
    SecondReport {
        second,
        counts: Counts {
            intended: sent,
            sent,
            completed: sent - failed,
            failed,
            dropped: 0,
        },
        response_p50_ms: (2.4 + wobble) * answered,
        response_p99_ms: (4.9 + wobble * 3.0) * slow * answered,
    }
}

fn figures(counts: Counts) -> Figures {
    Figures {
        counts,
        response_time: quantiles(counts.sent, 2.7),
        service_time: quantiles(counts.sent, 2.5),
    }
}

fn quantiles(count: u64, median: f64) -> Quantiles {
    Quantiles {
        count,
        p50_ms: median,
        p90_ms: median * 1.6,
        p99_ms: median * 4.0,
        p999_ms: median * 90.0,
        max_ms: median * 410.0,
    }
}
