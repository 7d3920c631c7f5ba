//! Did the load and the faults strike at all?

use super::{Bench, Case, EffectSeen, Observed, expectation};
use crate::drill::verdict::Verdict;
use crate::scenario::{Effect, Rate};

pub(super) fn judge(case: &Case<'_>, observed: &Observed, bench: &mut Bench) {
    for failure in &observed.fault_failures {
        bench.find(Verdict::NotInjected, failure.clone());
    }
    for (index, effect) in case.scenario.expect.effect.iter().enumerate() {
        let seen = observed.effects.get(index).copied().unwrap_or_default();
        let (name, held, detail) = match effect {
            Effect::Strikes {
                service,
                kind,
                at_least,
            } => strikes(service, kind, *at_least, observed),
            Effect::Restarts { service, at_least } => restarts(service, *at_least, seen),
            Effect::Load { phase, at_least } => load(phase, *at_least, observed),
            Effect::Query { promql } => query(promql, seen),
        };
        if !held {
            bench.find(Verdict::NotInjected, format!("{name}: {detail}"));
        }
        bench
            .expectations
            .push(expectation("effect", name, held, detail));
    }
}

fn strikes(
    service: &str,
    kind: &str,
    at_least: u64,
    observed: &Observed,
) -> (String, bool, String) {
    let of_kind = observed
        .faults
        .iter()
        .filter(|fault| fault.service == service && fault.kind == kind);
    let counted: u64 = of_kind.map(|fault| fault.strikes).sum();
    (
        format!("{kind} strikes {service}"),
        counted >= at_least,
        format!("struck {counted} times, at least {at_least} asked for"),
    )
}

fn restarts(service: &str, at_least: u64, seen: EffectSeen) -> (String, bool, String) {
    (
        format!("{service} restarts"),
        seen.count >= at_least,
        format!(
            "restarted {} times, at least {at_least} asked for",
            seen.count
        ),
    )
}

fn load(phase: &str, at_least: Rate, observed: &Observed) -> (String, bool, String) {
    let report = observed
        .load
        .phases
        .iter()
        .find(|report| report.name == phase);
    let rate = report.map_or(0.0, |report| {
        let lasted = report.ends_s - report.starts_s;
        if lasted > 0.0 {
            report.total.counts.completed as f64 / lasted
        } else {
            0.0
        }
    });
    (
        format!("customers are served in phase {phase}"),
        rate >= at_least.per_second(),
        format!(
            "{:.0}/h completed, at least {:.0}/h asked for",
            rate * 3600.0,
            at_least.per_second() * 3600.0
        ),
    )
}

fn query(promql: &str, seen: EffectSeen) -> (String, bool, String) {
    let detail = match seen.first_s {
        Some(first) => format!("first seen at {first:.1} s"),
        None => "never returned anything".to_owned(),
    };
    (format!("`{promql}` is seen"), seen.count > 0, detail)
}
