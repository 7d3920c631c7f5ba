//! Silences: within the drill, for alerts that it expects, and never for those that must be heard.

use super::{Problems, expectations, seconds};
use crate::scenario::{Fires, Scenario, SilenceWindow};

pub(super) fn lint(scenario: &Scenario, found: &mut Problems) {
    for (index, silence) in scenario.silences.iter().enumerate() {
        let at = format!("silences[{index}]");
        expectations::alert_name(&silence.alert, &format!("{at}.alert"), found);
        time(silence, scenario, &at, found);
        found.check(
            is_expected(silence, scenario),
            &at,
            "holds back nothing that expect.fires or expect.allows names",
        );
    }
    for (index, fires) in scenario.expect.fires.iter().enumerate() {
        found.check(
            !fires.notifies || !is_silenced(fires, scenario),
            format!("expect.fires[{index}]"),
            "is held back by a silence, so nobody hears of it; write notifies = false",
        );
    }
}

fn time(silence: &SilenceWindow, scenario: &Scenario, at: &str, found: &mut Problems) {
    found.check(
        !silence.lasts.get().is_zero(),
        format!("{at}.for"),
        "lasts no time",
    );
    found.check(
        silence.ends() <= scenario.duration(),
        at,
        format!(
            "ends after {}, but the phases last {}",
            seconds(silence.ends()),
            seconds(scenario.duration())
        ),
    );
}

fn is_expected(silence: &SilenceWindow, scenario: &Scenario) -> bool {
    let expect = &scenario.expect;
    let fires = expect.fires.iter().map(|fires| &fires.alert);
    let allows = expect.allows.iter().map(|allowed| &allowed.alert);
    fires.chain(allows).any(|alert| *alert == silence.alert)
}

fn is_silenced(fires: &Fires, scenario: &Scenario) -> bool {
    let fires = fires.matcher();
    let mut silences = scenario.silences.iter();
    silences.any(|silence| silence.matcher().covers(&fires))
}
