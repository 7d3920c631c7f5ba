//! Did nobody hear of what was silenced?

use super::fires::is_about;
use super::{Bench, Case, Observed, expectation};
use crate::drill::duration::show;
use crate::drill::verdict::Verdict;
use crate::report::record::{NotificationRecord, SilenceRecord};
use crate::scenario::{AlertMatcher, Fires};

/// A notification that was on its way when the silence was set.
const ON_ITS_WAY_S: f64 = 0.5;

pub(super) fn judge(case: &Case<'_>, observed: &Observed, bench: &mut Bench) {
    for silence in &observed.silences {
        let meant = matcher(silence);
        let heard = during(silence, observed).find(|said| meant.matches(&said.labels));
        conclude(
            format!("nobody hears of {meant} while it is silenced"),
            heard,
            bench,
        );
    }
    for fires in case
        .scenario
        .expect
        .fires
        .iter()
        .filter(|fires| !fires.notifies)
    {
        let meant = fires.matcher();
        let mut silences = observed.silences.iter();
        if !silences.any(|silence| matcher(silence).covers(&meant)) {
            let mut said = firing(observed);
            let heard = said.find(|said| is_about_any(said, fires, observed));
            conclude(format!("nobody hears of {meant}"), heard, bench);
        }
    }
}

fn conclude(name: String, heard: Option<&NotificationRecord>, bench: &mut Bench) {
    let detail = match heard {
        Some(said) => {
            let at = show(said.at_s);
            bench.find(Verdict::Unexpected, format!("{name}: heard at {at}"));
            format!("heard at {at}")
        }
        None => "no notification arrived".to_owned(),
    };
    bench
        .expectations
        .push(expectation("hush", name, heard.is_none(), detail));
}

fn matcher(silence: &SilenceRecord) -> AlertMatcher {
    AlertMatcher {
        alert: silence.alert.clone(),
        labels: silence.labels.clone(),
    }
}

fn firing(observed: &Observed) -> impl Iterator<Item = &NotificationRecord> {
    let all = observed.notifications.iter();
    all.filter(|notification| notification.status == "firing")
}

fn during<'a>(
    silence: &SilenceRecord,
    observed: &'a Observed,
) -> impl Iterator<Item = &'a NotificationRecord> {
    let (from, to) = (silence.from_s + ON_ITS_WAY_S, silence.to_s);
    firing(observed).filter(move |said| (from..=to).contains(&said.at_s))
}

fn is_about_any(said: &NotificationRecord, fires: &Fires, observed: &Observed) -> bool {
    let meant = fires.matcher();
    let mut lanes = observed.lanes.iter();
    lanes.any(|lane| meant.matches(&lane.labels) && is_about(said, lane))
}
