//! What the catalogue proves: every alert, by every kind of fault.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// The alert that fires always; that it does is part of every drill.
const WATCHDOG: &str = "Watchdog";

/// A kind that must go unnoticed.
const UNNOTICED: &str = "restart";

#[derive(serde::Deserialize)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(serde::Deserialize)]
struct Group {
    rules: Vec<Rule>,
}

#[derive(serde::Deserialize)]
struct Rule {
    alert: Option<String>,
}

/// The alerts of the company's rules.
fn alerts() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prometheus/rules");
    let files = std::fs::read_dir(folder).expect("the rules");
    let paths = files.map(|file| file.expect("an entry").path());
    let texts = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .map(|path| std::fs::read_to_string(path).expect("a rule file"));
    let files = texts.map(|text| serde_saphyr::from_str::<Rules>(&text).expect("rules"));
    let rules = files
        .flat_map(|file| file.groups)
        .flat_map(|group| group.rules);
    rules.filter_map(|rule| rule.alert).collect()
}

fn scenarios() -> impl Iterator<Item = Scenario> {
    built_ins()
        .iter()
        .map(|built_in| load(built_in.name).expect(built_in.name))
}

#[test]
fn every_alert_must_fire_in_some_scenario_and_be_heard() {
    let mut unproven = alerts();
    assert!(unproven.len() > 30, "the rules are found: {unproven:?}");
    assert!(unproven.remove(WATCHDOG));
    let fires = scenarios().flat_map(|scenario| scenario.expect.fires);
    for fires in fires.filter(|fires| fires.notifies) {
        unproven.remove(&fires.alert);
    }
    assert!(unproven.is_empty(), "nothing proves {unproven:?}");
}

#[test]
fn every_alert_that_a_scenario_names_is_one_of_the_rules() {
    let known = alerts();
    for scenario in scenarios() {
        let fires = scenario.expect.fires.into_iter().map(|fires| fires.alert);
        let allows = scenario
            .expect
            .allows
            .into_iter()
            .map(|allowed| allowed.alert);
        let silences = scenario.silences.into_iter().map(|silence| silence.alert);
        for alert in fires.chain(allows).chain(silences) {
            assert!(known.contains(&alert), "{}: {alert}", scenario.name);
        }
    }
}

#[test]
fn every_kind_of_fault_is_noticed_in_some_scenario() {
    let mut unused: BTreeSet<_> = FAULT_KINDS.iter().map(|kind| kind.name).collect();
    assert!(unused.remove(UNNOTICED));
    for scenario in scenarios().filter(|scenario| !scenario.expect.fires.is_empty()) {
        for fault in scenario.faults {
            unused.remove(fault.kind.as_str());
        }
    }
    assert!(
        unused.is_empty(),
        "no scenario that must fire uses {unused:?}"
    );
}
