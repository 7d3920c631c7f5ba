//! Is the drill over, or what is still waited for? The same limits as the judge's, asked while it runs.

use std::time::Duration;

use super::inhibitions::Inhibited;
use super::judge::Case;
use super::judge::causes;
use super::judge::fires::delivered;
use super::judge::resolves::{ended_unheard, told};
use super::lanes::Lane;
use super::limits::AlertLimits;
use crate::report::record::{FaultRecord, NotificationRecord};
use crate::scenario::Fires;

/// The drill so far.
#[derive(Clone, Copy, Debug)]
pub struct SoFar<'a> {
    /// Seconds since the drill's start.
    pub now_s: f64,
    /// Alert instances seen.
    pub lanes: &'a [Lane],
    /// Notifications seen.
    pub notifications: &'a [NotificationRecord],
    /// What Alertmanager held back.
    pub inhibited: &'a [Inhibited],
    /// Faults injected.
    pub faults: &'a [FaultRecord],
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// Its phases are not over.
    Running,
    /// Its phases are over; this is waited for.
    Waiting(String),
    /// Nothing that could still come would change the judgement.
    Over,
}

/// What may still come when the phases are over.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// The longest `for` of any loaded rule: what is pending may still fire.
    pub longest_for: Duration,
    /// How long a source that shows nothing pending may take to tell.
    pub listens: Duration,
}

/// How far the drill has come.
pub fn course(case: &Case<'_>, waits: Waits, so_far: &SoFar<'_>) -> Course {
    if so_far.now_s < case.scenario.duration().as_secs_f64() {
        return Course::Running;
    }
    let waiting = waits_for_anybody(case, so_far)
        .or_else(|| waits_to_fire(case, so_far))
        .or_else(|| waits_to_resolve(case, so_far))
        .or_else(|| waits_to_decide(case, waits.longest_for, so_far))
        .or_else(|| waits_in_silence(case, waits.listens, so_far));
    waiting.map_or(Course::Over, Course::Waiting)
}

/// A survey waits until somebody has noticed. What fired before anything was broken has not.
fn waits_for_anybody(case: &Case<'_>, so_far: &SoFar<'_>) -> Option<String> {
    let bound = causes::ends(case.scenario, so_far.faults) + case.survey?.as_secs_f64();
    let began = so_far.faults.iter().map(|fault| fault.from_s);
    let began = began.reduce(f64::min).unwrap_or_default();
    let noticed = so_far
        .lanes
        .iter()
        .any(|lane| lane.fired_at().is_some_and(|at| at >= began));
    (!noticed && so_far.now_s < bound).then(|| "somebody to notice".to_owned())
}

fn waits_to_fire(case: &Case<'_>, so_far: &SoFar<'_>) -> Option<String> {
    let ended = causes::ends(case.scenario, so_far.faults);
    case.scenario
        .expect
        .fires
        .iter()
        .zip(case.fires)
        .find_map(|(fires, limits)| {
            let began = causes::begins(fires, case.scenario, so_far.faults);
            let in_time = so_far.now_s < began + limits.delivered.total().as_secs_f64();
            let matcher = fires.matcher();
            let fired = so_far
                .lanes
                .iter()
                .find(|lane| matcher.matches(&lane.labels) && lane.fired_at().is_some());
            let Some(lane) = fired else {
                // What its window no longer holds, and is not pending, cannot fire any more.
                let is_pending = so_far
                    .lanes
                    .iter()
                    .any(|lane| lane.open && matcher.matches(&lane.labels));
                let may_fire =
                    is_pending || so_far.now_s < ended + limits.resolves.total().as_secs_f64();
                return (in_time && may_fire).then(|| format!("{} to fire", fires.alert));
            };
            let is_delivered = delivered(lane, "firing", so_far.notifications).is_some();
            (in_time && fires.notifies && !is_delivered)
                .then(|| format!("{} to reach the webhook", fires.alert))
        })
}

fn waits_to_resolve(case: &Case<'_>, so_far: &SoFar<'_>) -> Option<String> {
    let ended = causes::ends(case.scenario, so_far.faults);
    so_far
        .lanes
        .iter()
        .filter(|lane| lane.fired_at().is_some())
        .find_map(|lane| {
            let limits = limits_of(lane, case)?;
            if lane.still_fires() {
                let in_time = so_far.now_s < ended + limits.resolves.total().as_secs_f64();
                return in_time.then(|| format!("{} to resolve", lane.name()));
            }
            // What was never said to fire is not said to be over.
            delivered(lane, "firing", so_far.notifications)?;
            let in_time = so_far.now_s < ended + limits.resolve_delivered.total().as_secs_f64();
            let is_told =
                told(lane, so_far.notifications).is_some() || ended_unheard(lane, so_far.inhibited);
            (in_time && !is_told)
                .then(|| format!("the webhook to hear that {} resolved", lane.name()))
        })
}

fn waits_to_decide(case: &Case<'_>, longest_for: Duration, so_far: &SoFar<'_>) -> Option<String> {
    let bound = (case.scenario.duration() + longest_for).as_secs_f64();
    let pending = so_far
        .lanes
        .iter()
        .find(|lane| lane.open && !lane.still_fires() && lane.fired_at().is_none())?;
    (so_far.now_s < bound).then(|| format!("{}, pending, to fire or to pass", pending.name()))
}

/// Where nothing may fire, silence is believed only when the source had its time to tell.
fn waits_in_silence(case: &Case<'_>, listens: Duration, so_far: &SoFar<'_>) -> Option<String> {
    let until = causes::ends(case.scenario, so_far.faults) + listens.as_secs_f64();
    let nothing_told = so_far.notifications.is_empty() && so_far.lanes.is_empty();
    (case.scenario.expect.fires.is_empty() && nothing_told && so_far.now_s < until)
        .then(|| "what may still be told".to_owned())
}

/// The limits that apply to an alert instance, where the scenario names it.
fn limits_of<'a>(lane: &Lane, case: &Case<'a>) -> Option<&'a AlertLimits> {
    let expect = &case.scenario.expect;
    let expected = expect
        .fires
        .iter()
        .map(Fires::matcher)
        .zip(case.fires.iter().map(Some));
    let allowed = expect
        .allows
        .iter()
        .cloned()
        .zip(case.allows.iter().map(Option::as_ref));
    expected
        .chain(allowed)
        .find(|(matcher, _)| matcher.matches(&lane.labels))
        .and_then(|(_, limits)| limits)
}
