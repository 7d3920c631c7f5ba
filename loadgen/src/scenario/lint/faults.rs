//! Faults: known, within the drill, one at a time, and proven to strike.

use serde_json::Value;

use super::{Problems, is_proven, seconds};
use crate::scenario::{FAULT_KINDS, FaultKind, FaultWindow, Scenario, Service};

pub(super) fn lint(scenario: &Scenario, found: &mut Problems) {
    for (index, fault) in scenario.faults.iter().enumerate() {
        let at = format!("faults[{index}]");
        target(fault, &at, found);
        time(fault, scenario, &at, found);
        found.check(
            is_proven(fault, &scenario.expect),
            &at,
            format!(
                "nothing in expect.effect proves that `{}` struck {}",
                fault.kind, fault.service
            ),
        );
        let overlaps = scenario.faults[..index]
            .iter()
            .any(|earlier| overlap(earlier, fault));
        found.check(
            !overlaps,
            &at,
            "overlaps with an earlier one of its kind at the same service",
        );
    }
}

fn target(fault: &FaultWindow, at: &str, found: &mut Problems) {
    found.check(
        Service::is_known(&fault.service),
        format!("{at}.service"),
        format!("`{}` is not one of {}", fault.service, Service::names()),
    );
    let Some(kind) = FaultKind::named(&fault.kind) else {
        let known: Vec<_> = FAULT_KINDS.iter().map(|kind| kind.name).collect();
        found.add(
            format!("{at}.kind"),
            format!("`{}` is not one of {}", fault.kind, known.join(", ")),
        );
        return;
    };
    for (name, value) in &fault.parameters {
        let at = format!("{at}.parameters.{name}");
        found.check(
            kind.parameters.contains(&name.as_str()),
            &at,
            format!("`{}` takes no such parameter", kind.name),
        );
        parameter(name, value, &at, found);
    }
}

/// What a parameter of that name holds, whatever the kind.
fn parameter(name: &str, value: &Value, at: &str, found: &mut Problems) {
    match name {
        "ratio" | "error_ratio" => {
            let ratio = value.as_f64();
            found.check(
                ratio.is_some_and(|ratio| (0.0..=1.0).contains(&ratio)),
                at,
                "is not a number from 0 to 1",
            );
        }
        "neighbour" => found.check(
            value.as_str().is_some_and(Service::is_known),
            at,
            format!("{value} is not one of {}", Service::names()),
        ),
        "route" => found.check(
            value.as_str().is_some_and(|route| route.starts_with('/')),
            at,
            format!("{value} is not a route's pattern, such as \"/orders/{{id}}\""),
        ),
        _ => {}
    }
}

fn time(fault: &FaultWindow, scenario: &Scenario, at: &str, found: &mut Problems) {
    found.check(
        !fault.lasts.get().is_zero(),
        format!("{at}.for"),
        "lasts no time",
    );
    found.check(
        fault.ends() <= scenario.duration(),
        at,
        format!(
            "ends after {}, but the phases last {}",
            seconds(fault.ends()),
            seconds(scenario.duration())
        ),
    );
    if let Some(every) = fault.every {
        found.check(
            !every.get().is_zero(),
            format!("{at}.every"),
            "lasts no time",
        );
        found.check(
            every <= fault.lasts,
            format!("{at}.every"),
            "is longer than the fault",
        );
    }
}

fn overlap(a: &FaultWindow, b: &FaultWindow) -> bool {
    a.service == b.service && a.kind == b.kind && a.from.get() < b.ends() && b.from.get() < a.ends()
}
