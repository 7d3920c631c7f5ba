//! Expectations: something is proven, and every name leads somewhere.

use super::{Problems, unique};
use crate::scenario::{AlertMatcher, Effect, Figure, Fires, Scenario, Service, Threshold};

/// The alert that fires always; no drill may wait for it.
const WATCHDOG: &str = "Watchdog";

pub(super) fn lint(scenario: &Scenario, found: &mut Problems) {
    let expect = &scenario.expect;
    found.check(
        !expect.effect.is_empty(),
        "expect.effect",
        "there is none: a drill that does not prove its cause proves nothing",
    );
    for (index, effect) in expect.effect.iter().enumerate() {
        lint_effect(effect, scenario, &format!("expect.effect[{index}]"), found);
    }
    for (index, fires) in expect.fires.iter().enumerate() {
        lint_fires(fires, scenario, &format!("expect.fires[{index}]"), found);
    }
    for (index, allowed) in expect.allows.iter().enumerate() {
        alert_name(
            &allowed.alert,
            &format!("expect.allows[{index}].alert"),
            found,
        );
    }
    let matchers = expect
        .fires
        .iter()
        .map(Fires::matcher)
        .chain(expect.allows.iter().cloned());
    let names: Vec<String> = matchers
        .map(|matcher: AlertMatcher| matcher.to_string())
        .collect();
    unique(
        names.iter().map(String::as_str),
        |_| "expect".to_owned(),
        found,
    );
    for (index, threshold) in expect.thresholds.iter().enumerate() {
        lint_threshold(
            threshold,
            scenario,
            &format!("expect.thresholds[{index}]"),
            found,
        );
    }
}

fn lint_effect(effect: &Effect, scenario: &Scenario, at: &str, found: &mut Problems) {
    match effect {
        Effect::Strikes {
            service,
            kind,
            at_least,
        } => {
            let injected = scenario
                .faults
                .iter()
                .any(|fault| fault.service == *service && fault.kind == *kind);
            found.check(injected, at, format!("no fault `{kind}` strikes {service}"));
            found.check(
                *at_least > 0,
                format!("{at}.at_least"),
                "is 0, which proves nothing",
            );
        }
        Effect::Restarts { service, at_least } => {
            found.check(
                Service::is_known(service),
                format!("{at}.service"),
                format!("`{service}` is not one of {}", Service::names()),
            );
            found.check(
                *at_least > 0,
                format!("{at}.at_least"),
                "is 0, which proves nothing",
            );
        }
        Effect::Load { phase, at_least } => {
            phase_exists(phase, scenario, &format!("{at}.phase"), found);
            found.check(
                at_least.per_second() > 0.0,
                format!("{at}.at_least"),
                "is 0, which proves nothing",
            );
        }
        Effect::Query { promql } => {
            if let Err(error) = promql_parser::parser::parse(promql) {
                found.add(
                    format!("{at}.promql"),
                    format!("is not PromQL: {}", error.replace('\n', " ")),
                );
            }
        }
    }
}

fn lint_fires(fires: &Fires, scenario: &Scenario, at: &str, found: &mut Problems) {
    alert_name(&fires.alert, &format!("{at}.alert"), found);
    match &fires.after_phase {
        Some(phase) => phase_exists(phase, scenario, &format!("{at}.after_phase"), found),
        None => found.check(
            !scenario.faults.is_empty(),
            at,
            "the limit counts from nothing: there is no fault, so name the phase that is the cause in after_phase",
        ),
    }
}

pub(super) fn alert_name(name: &str, at: &str, found: &mut Problems) {
    found.check(!name.is_empty(), at, "is empty");
    found.check(
        name != WATCHDOG,
        at,
        "the Watchdog fires always; preflight and watching see to it",
    );
}

fn lint_threshold(threshold: &Threshold, scenario: &Scenario, at: &str, found: &mut Problems) {
    if let Some(phase) = &threshold.phase {
        phase_exists(phase, scenario, &format!("{at}.phase"), found);
    }
    let highest = match threshold.figure {
        Figure::FailedRatio | Figure::DroppedRatio => 1.0,
        Figure::P50Ms | Figure::P99Ms => f64::MAX,
    };
    found.check(
        (0.0..=highest).contains(&threshold.at_most),
        format!("{at}.at_most"),
        "is out of range: a ratio goes from 0 to 1, a time is 0 or more",
    );
}

fn phase_exists(name: &str, scenario: &Scenario, at: &str, found: &mut Problems) {
    let exists = scenario.phases.iter().any(|phase| phase.name == name);
    found.check(exists, at, format!("there is no phase `{name}`"));
}
