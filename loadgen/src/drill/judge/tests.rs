//! One table for each verdict. Every case is a good drill with one thing changed.

use super::*;
use crate::drill::limits::{AlertLimits, Pace};
use crate::drill::prometheus::{Labels, Rule};
use crate::drill::route::Grouping;
use crate::load::report::{Counts, Figures, PhaseReport, Quantiles};
use crate::report::record::Stretch;
use crate::scenario::{AlertMatcher, Within};
use std::time::Duration;

mod good;
mod hush;
mod notified;
mod ranking;
mod silence;
mod tables;

/// A drill that passes: an error fault from 10 s to 30 s, whose alert fires at 20 s, is delivered
/// at 22 s, resolves at 40 s, and is told to have resolved at 44 s. Limits: fires 33 s after the
/// fault began, delivered 38 s; resolves 23 s after it ended, told 28 s.
struct Drill {
    scenario: Scenario,
    observed: Observed,
}

const SCENARIO: &str = r#"
version = 1
name = "test"
summary = "A test."
teaches = "Nothing."
seed = 1

[[phases]]
name = "steady"
for = "60s"
load = { shape = "constant", rate = "10/s" }
mix = { place_order = 1 }

[[faults]]
service = "pizza-service"
kind = "error"
from = "10s"
for = "20s"

[[expect.effect]]
proof = "strikes"
service = "pizza-service"
kind = "error"
at_least = 10

[[expect.fires]]
alert = "ServiceErrorRatio"
labels = { service = "pizza-service" }
stays = "15s"

[[expect.allows]]
alert = "PizzaOrderFailures"

[[expect.thresholds]]
figure = "failed_ratio"
at_most = 0.5

[[expect.thresholds]]
figure = "p99_ms"
phase = "steady"
at_most = 100.0
"#;

impl Drill {
    fn good() -> Self {
        let observed = Observed {
            lanes: vec![lane(
                "ServiceErrorRatio",
                &[("pending", 12.0, 20.0), ("firing", 20.0, 40.0)],
            )],
            notifications: vec![
                notification("ServiceErrorRatio", "firing", 22.0),
                notification("ServiceErrorRatio", "resolved", 44.0),
            ],
            effects: vec![EffectSeen::default()],
            faults: vec![fault(10.0, 30.0, 80)],
            load: load(600, 80, 0),
            ..Observed::default()
        };
        Self {
            scenario: crate::scenario::parse("test.toml", SCENARIO).expect("a scenario"),
            observed,
        }
    }

    fn judge(&self) -> Judgement {
        let limits = limits();
        let case = Case {
            scenario: &self.scenario,
            fires: &vec![limits.clone(); self.scenario.expect.fires.len()],
            allows: &vec![Some(limits); self.scenario.expect.allows.len()],
            survey: None,
            routing: &routing(),
        };
        judge(&case, &self.observed)
    }
}

/// The good drill, changed, and judged.
fn judged(change: impl FnOnce(&mut Drill)) -> Judgement {
    let mut drill = Drill::good();
    change(&mut drill);
    drill.judge()
}

/// Of a rule with a window of 20 s and a `for` of 10 s at an interval of 1 s.
fn limits() -> AlertLimits {
    let rule = Rule {
        name: "ServiceErrorRatio".to_owned(),
        query: "rate(x[20s]) > 0".to_owned(),
        duration: 10.0,
        keep_firing_for: 0.0,
        labels: Labels::new(),
        health: "ok".to_owned(),
        last_error: String::new(),
        alerts: Vec::new(),
    };
    let pace = Pace {
        scrape: Duration::from_secs(1),
        evaluation: Duration::from_secs(1),
    };
    let grouping = Grouping {
        group_wait: Duration::from_secs(1),
        group_interval: Duration::from_secs(4),
        ..Grouping::default()
    };
    AlertLimits::new(&rule, pace, &grouping, Within::Auto, Within::Auto).expect("limits")
}

/// With a receiver a severity, and a repetition a minute.
fn routing() -> Routing {
    let configuration =
        "route: {receiver: page, repeat_interval: 1m}\nreceivers: [{name: page}, {name: ticket}]";
    Routing::parse(configuration).expect("a configuration")
}

fn labels(alert: &str) -> Labels {
    [
        ("alertname", alert),
        ("service", "pizza-service"),
        ("severity", "page"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// A lane that is open where its last stretch ends at infinity.
fn lane(alert: &str, stretches: &[(&'static str, f64, f64)]) -> Lane {
    let open = stretches
        .last()
        .is_some_and(|(_, _, to_s)| to_s.is_infinite());
    let end = |to_s: f64| if to_s.is_infinite() { 90.0 } else { to_s };
    Lane {
        labels: labels(alert),
        stretches: stretches
            .iter()
            .map(|(state, from_s, to_s)| Stretch {
                state,
                from_s: *from_s,
                to_s: end(*to_s),
            })
            .collect(),
        open,
    }
}

fn notification(alert: &str, status: &str, at_s: f64) -> NotificationRecord {
    let mut labels = labels(alert);
    labels.insert("cluster".to_owned(), "added by Alertmanager".to_owned());
    NotificationRecord {
        at_s,
        receiver: "page".to_owned(),
        group: r#"{}:{service="pizza-service"}"#.to_owned(),
        status: status.to_owned(),
        labels,
    }
}

fn fault(from_s: f64, to_s: f64, strikes: u64) -> FaultRecord {
    FaultRecord {
        service: "pizza-service".to_owned(),
        kind: "error".to_owned(),
        parameters: serde_json::Value::Null,
        from_s,
        to_s,
        effect_s: Some(10.5),
        strikes,
    }
}

fn load(sent: u64, failed: u64, dropped: u64) -> LoadReport {
    let figures = Figures {
        counts: Counts {
            intended: sent + dropped,
            sent,
            completed: sent - failed,
            failed,
            dropped,
        },
        response_time: Quantiles {
            count: sent,
            p50_ms: 2.0,
            p99_ms: 20.0,
            ..Quantiles::default()
        },
        ..Figures::default()
    };
    LoadReport {
        total: figures.clone(),
        phases: vec![PhaseReport {
            name: "steady".to_owned(),
            starts_s: 0.0,
            ends_s: 60.0,
            total: figures,
            flows: Vec::new(),
        }],
        ..LoadReport::default()
    }
}

/// The only record of a kind.
fn only<'a>(judgement: &'a Judgement, kind: &str) -> &'a ExpectationRecord {
    let mut of_kind = judgement
        .expectations
        .iter()
        .filter(|expectation| expectation.kind == kind);
    let first = of_kind.next().expect("one");
    assert!(of_kind.next().is_none(), "more than one {kind}");
    first
}

fn matcher(alert: &str) -> AlertMatcher {
    AlertMatcher {
        alert: alert.to_owned(),
        labels: Labels::new(),
    }
}
