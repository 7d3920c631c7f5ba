//! For each verdict, the ways to come to it.

use super::*;

/// A change to the good drill, in a word, and what the reason must say.
type Row = (&'static str, fn(&mut Drill), &'static str);

fn table(verdict: Verdict, rows: &[Row]) {
    for (name, change, reason) in rows {
        let judgement = judged(change);
        assert_eq!(
            judgement.verdict, verdict,
            "{name}: {:?}",
            judgement.findings
        );
        let told = judgement
            .findings
            .iter()
            .any(|finding| finding.verdict == verdict && finding.reason.contains(reason));
        assert!(
            told,
            "{name}: no reason says {reason:?}: {:?}",
            judgement.findings
        );
    }
}

fn fires(drill: &mut Drill, stretches: &[(&'static str, f64, f64)]) {
    drill.observed.lanes = vec![lane("ServiceErrorRatio", stretches)];
}

fn told(drill: &mut Drill, words: &[(&str, f64)]) {
    drill.observed.notifications = words
        .iter()
        .map(|(status, at_s)| notification("ServiceErrorRatio", status, *at_s))
        .collect();
}

#[test]
fn missed() {
    table(
        Verdict::Missed,
        &[
            (
                "no lane",
                |drill| {
                    drill.observed.lanes.clear();
                    told(drill, &[]);
                },
                "never fired",
            ),
            (
                "only pending",
                |drill| {
                    fires(drill, &[("pending", 12.0, 40.0)]);
                    told(drill, &[]);
                },
                "never fired",
            ),
            (
                "another service's",
                |drill| {
                    drill.observed.lanes[0]
                        .labels
                        .insert("service".to_owned(), "ui".to_owned());
                    drill
                        .scenario
                        .expect
                        .allows
                        .push(matcher("ServiceErrorRatio"));
                    told(drill, &[]);
                },
                "never fired",
            ),
            (
                "not delivered",
                |drill| told(drill, &[]),
                "never reached the webhook",
            ),
            (
                "another alert's delivery",
                |drill| {
                    let others = lane("PizzaOrderFailures", &[("firing", 20.0, 40.0)]);
                    drill.observed.lanes.push(others);
                    for word in &mut drill.observed.notifications {
                        word.labels = labels("PizzaOrderFailures");
                    }
                },
                "never reached the webhook",
            ),
        ],
    );
}

#[test]
fn late() {
    table(
        Verdict::Late,
        &[
            (
                "fires after 33.5 s of 33 s",
                |drill| {
                    fires(drill, &[("firing", 43.5, 59.0)]);
                    told(drill, &[("firing", 44.0), ("resolved", 57.0)]);
                    drill.observed.faults = vec![fault(10.0, 40.0, 80)];
                },
                "over the limit of 33 s",
            ),
            (
                "delivered after 39 s of 38 s",
                |drill| told(drill, &[("firing", 49.0), ("resolved", 50.0)]),
                "over the limit of 38 s",
            ),
            (
                "does not stay",
                |drill| {
                    fires(
                        drill,
                        &[
                            ("firing", 20.0, 30.0),
                            ("pending", 30.0, 31.0),
                            ("firing", 31.0, 40.0),
                        ],
                    );
                },
                "15 s asked for",
            ),
        ],
    );
}

#[test]
fn unexpected() {
    table(
        Verdict::Unexpected,
        &[
            (
                "another alert",
                |drill| {
                    drill
                        .observed
                        .lanes
                        .push(lane("ServiceDown", &[("firing", 20.0, 21.0)]));
                },
                r#"ServiceDown{service="pizza-service"} fired at 20 s"#,
            ),
            (
                "the expected one of another service",
                |drill| {
                    let mut other = lane("ServiceErrorRatio", &[("firing", 20.0, 21.0)]);
                    other.labels.insert("service".to_owned(), "ui".to_owned());
                    drill.observed.lanes.push(other);
                },
                r#"ServiceErrorRatio{service="ui"}"#,
            ),
            (
                "the expected one before its cause",
                |drill| {
                    fires(drill, &[("firing", 8.0, 40.0)]);
                    told(drill, &[("firing", 9.0), ("resolved", 44.0)]);
                },
                "fired 2 s before its cause",
            ),
        ],
    );
}

#[test]
fn not_resolved() {
    table(
        Verdict::NotResolved,
        &[
            (
                "still fires",
                |drill| fires(drill, &[("firing", 20.0, f64::INFINITY)]),
                "still fires 60 s after",
            ),
            (
                "resolves after 24 s of 23 s",
                |drill| {
                    fires(drill, &[("firing", 20.0, 54.0)]);
                    told(drill, &[("firing", 22.0), ("resolved", 56.0)]);
                },
                "over the limit of 23 s",
            ),
            (
                "nobody is told",
                |drill| told(drill, &[("firing", 22.0)]),
                "the webhook was never told",
            ),
            (
                "the last word is another one",
                |drill| {
                    told(
                        drill,
                        &[("firing", 22.0), ("resolved", 30.0), ("firing", 31.0)],
                    );
                },
                "the webhook was never told",
            ),
            (
                "told too late",
                |drill| told(drill, &[("firing", 22.0), ("resolved", 59.0)]),
                "over the limit of 28 s",
            ),
        ],
    );
}

#[test]
fn not_injected() {
    table(
        Verdict::NotInjected,
        &[
            (
                "too few strikes",
                |drill| drill.observed.faults = vec![fault(10.0, 30.0, 9)],
                "struck 9 times, at least 10",
            ),
            (
                "another kind struck",
                |drill| drill.observed.faults[0].kind = "latency".to_owned(),
                "struck 0 times",
            ),
            (
                "refused",
                |drill| drill.observed.fault_failures = vec!["refused: 422".to_owned()],
                "refused: 422",
            ),
            (
                "too few restarts",
                |drill| {
                    effect(
                        drill,
                        r#"{"proof":"restarts","service":"pizza-service","at_least":2}"#,
                        1,
                    );
                },
                "restarted 1 times, at least 2",
            ),
            (
                "a query that returns nothing",
                |drill| effect(drill, r#"{"proof":"query","promql":"x > 1"}"#, 0),
                "never returned",
            ),
            (
                "too little load",
                |drill| {
                    effect(
                        drill,
                        r#"{"proof":"load","phase":"steady","at_least":"9/s"}"#,
                        0,
                    );
                },
                "31200/h completed, at least 32400/h",
            ),
        ],
    );
}

fn effect(drill: &mut Drill, json: &str, count: u64) {
    drill.scenario.expect.effect = vec![serde_json::from_str(json).expect("an effect")];
    drill.observed.effects = vec![EffectSeen {
        count,
        first_s: (count > 0).then_some(15.0),
    }];
}

#[test]
fn thresholds() {
    table(
        Verdict::Thresholds,
        &[
            (
                "too many failures",
                |drill| drill.observed.load = load(600, 301, 0),
                "measured 50.17 %",
            ),
            (
                "too slow",
                |drill| drill.observed.load.phases[0].total.response_time.p99_ms = 100.1,
                "measured 100.1 ms",
            ),
        ],
    );
}

#[test]
fn invalid() {
    table(
        Verdict::Invalid,
        &[
            (
                "monitoring",
                |drill| drill.observed.monitoring_failures = vec!["Prometheus failed".to_owned()],
                "Prometheus failed",
            ),
            (
                "dropped visits",
                |drill| drill.observed.load = load(980, 0, 20),
                "dropped 20 of 1000",
            ),
            (
                "a late generator where times are judged",
                |drill| drill.observed.load.schedule_lag.p99_ms = 251.0,
                "251 ms or more",
            ),
            (
                "a late generator where they are not",
                |drill| {
                    drill.scenario.expect.thresholds.clear();
                    drill.observed.load.schedule_lag.p99_ms = 1001.0;
                },
                "1001 ms or more",
            ),
            (
                "thresholds without data",
                |drill| drill.observed.load = LoadReport::default(),
                "nothing was measured",
            ),
        ],
    );
}

#[test]
fn interrupted() {
    table(
        Verdict::Interrupted,
        &[(
            "by its user",
            |drill| drill.observed.interrupted = true,
            "stopped",
        )],
    );
}
