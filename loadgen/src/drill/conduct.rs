//! The drill itself: load and faults run, everything is watched, until nothing that could still
//! come would change the judgement.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::course::{Course, SoFar, Waits, course};
use super::desk::Desk;
use super::effects::Effects;
use super::faults::Faults;
use super::injector::{Injected, Injector};
use super::judge::{Case, Observed};
use super::lanes::{Lanes, disagreements};
use super::monitors::Monitors;
use super::preflight::Ready;
use super::screen::{Event, Screen, Tick};
use super::silencer::Silencer;
use super::watch::Watch;
use crate::load::{Limits, LoadRun, Plan, StartError, Targets};
use crate::scenario::FaultKind;

/// Everything that a drill needs once its field is ready.
pub(super) struct Stage<'a> {
    pub(super) ready: &'a Ready,
    pub(super) seed: u64,
    pub(super) drill_id: &'a str,
    pub(super) monitors: &'a Monitors,
    pub(super) targets: &'a Targets,
    pub(super) services: &'a BTreeMap<String, Faults>,
    pub(super) desk: &'a Desk,
    pub(super) screen: Arc<dyn Screen>,
    pub(super) stop: &'a CancellationToken,
}

/// The alert of rules that cannot be evaluated. Where it must fire, some will not be.
const RULE_FAILURES: &str = "PrometheusRuleFailures";

/// How often everything is looked at: four times an evaluation, within these bounds.
const FINEST_POLL: Duration = Duration::from_millis(250);
const COARSEST_POLL: Duration = Duration::from_secs(1);

/// Conducts a drill. Fails only where the load can't begin.
pub(super) async fn conduct(stage: &Stage<'_>) -> Result<(Observed, Clock), StartError> {
    let ready = stage.ready;
    let poll = (ready.finest / 4).clamp(FINEST_POLL, COARSEST_POLL);
    let plan = Plan::new(&ready.scenario.phases, stage.seed).with_tail();
    stage.tell_limits();
    let clock = Clock::start();
    let load = LoadRun::start(plan, stage.targets, Limits::default(), Some(stage.drill_id))?;
    let injector = Injector::start(stage.windows(), clock, poll, &stage.screen);
    let silencer = Silencer::start(
        &ready.scenario.silences,
        stage.monitors.alertmanager.as_ref(),
        stage.drill_id,
        clock,
        &stage.screen,
    );
    let mut scene = Scene {
        watch: stage.watch(clock, poll),
        effects: Effects::new(&ready.scenario.expect.effect, stage.services),
        load,
        injector,
        clock,
        phase: None,
    };
    scene.play(stage, poll).await;
    let watched_s = clock.now_s();
    // The faults first: what is left of the load may still be needed to see them go.
    let injected = scene.injector.finish().await;
    let hushed = silencer.finish().await;
    scene.load.stop();
    let load = scene.load.finish().await;
    let mut observed = Observed {
        notifications: scene.watch.notifications().to_vec(),
        inhibited: scene.watch.inhibited().to_vec(),
        effects: scene.effects.seen().to_vec(),
        load,
        monitoring_failures: scene.watch.failures().to_vec(),
        silences: hushed.records,
        interrupted: stage.stop.is_cancelled(),
        ..Observed::default()
    };
    account_for_faults(injected, &scene.effects, &mut observed);
    observed.fault_failures.extend(hushed.failures);
    stage
        .consult_record(scene.watch.lanes(), clock, watched_s, poll, &mut observed)
        .await;
    Ok((observed, clock))
}

impl Stage<'_> {
    fn tell_limits(&self) {
        for note in &self.ready.notes {
            self.screen.note(note);
        }
        let expected = self.ready.scenario.expect.fires.iter();
        for (fires, limits) in expected.zip(&self.ready.fires) {
            let line = format!("{} must fire within {}", fires.matcher(), limits.fires);
            self.screen.note(&line);
        }
    }

    fn case(&self) -> Case<'_> {
        Case {
            scenario: &self.ready.scenario,
            fires: &self.ready.fires,
            allows: &self.ready.allows,
            survey: self.ready.survey,
            routing: &self.ready.routing,
        }
    }

    fn windows(&self) -> Vec<(crate::scenario::FaultWindow, Faults)> {
        let windows = self.ready.scenario.faults.iter();
        windows
            .filter_map(|window| {
                Some((window.clone(), self.services.get(&window.service)?.clone()))
            })
            .collect()
    }

    fn watch(&self, clock: Clock, poll: Duration) -> Watch {
        let drilled = self
            .ready
            .scenario
            .faults
            .iter()
            .map(|fault| fault.service.clone())
            .collect();
        let mut expected = self.ready.scenario.expect.fires.iter();
        let rules_fail = expected.any(|fires| fires.alert == RULE_FAILURES);
        Watch::new(self.monitors.clone(), clock, drilled, self.ready, poll)
            .with_failing_rules(rules_fail)
    }

    /// Prometheus's own record is what is judged; the live watch must agree with it. Other sources
    /// keep none.
    async fn consult_record(
        &self,
        live: &Lanes,
        clock: Clock,
        watched_s: f64,
        poll: Duration,
        observed: &mut Observed,
    ) {
        let (finest, slowest) = (self.ready.finest, self.ready.pace.evaluation);
        let Some(prometheus) = self.monitors.evaluator() else {
            observed.lanes = live.all().to_vec();
            return;
        };
        let record = prometheus.record(clock, watched_s, (finest, slowest), live);
        let record = match record.await {
            Ok(record) => record,
            Err(error) => {
                observed
                    .monitoring_failures
                    .push(format!("Prometheus's record can't be had: {error}"));
                observed.lanes = live.all().to_vec();
                return;
            }
        };
        let looks = live.widest_gap_s().max(poll.as_secs_f64());
        let tolerance = slowest.as_secs_f64() + looks + record.step_s;
        let lanes = record.lanes.into_all();
        let found = disagreements(live.all(), &lanes, tolerance, watched_s);
        observed.monitoring_failures.extend(found);
        observed.lanes = lanes;
    }
}

/// A fault that ends the process is not counted by it: restarts are its strikes.
fn account_for_faults(injected: Injected, effects: &Effects, observed: &mut Observed) {
    observed.faults = injected.records;
    observed.fault_failures = injected.failures;
    for fault in &mut observed.faults {
        let ends_process = FaultKind::named(&fault.kind).is_some_and(|kind| kind.ends_process);
        if ends_process {
            let restarts = effects.restarts(&fault.service);
            fault.strikes = restarts.count;
            fault.effect_s = restarts.first_s;
        }
    }
}

/// A drill under way.
struct Scene {
    watch: Watch,
    effects: Effects,
    load: LoadRun,
    injector: Injector,
    clock: Clock,
    phase: Option<usize>,
}

impl Scene {
    /// Until it is over, stopped, or the monitoring has failed.
    async fn play(&mut self, stage: &Stage<'_>, poll: Duration) {
        let mut ticks = interval(poll);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut renewal = Instant::now() + Desk::RENEWAL;
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stage.stop.cancelled() => return,
            }
            if Instant::now() >= renewal {
                self.renew(stage).await;
                renewal = Instant::now() + Desk::RENEWAL;
            }
            let screen = stage.screen.as_ref();
            let looks = async {
                tokio::join!(
                    self.watch.look(stage.desk, screen),
                    self.effects
                        .look(stage.monitors.prometheus.as_ref(), self.clock, screen),
                );
            };
            tokio::select! {
                () = looks => {}
                () = stage.stop.cancelled() => return,
            }
            if !self.watch.failures().is_empty() {
                return;
            }
            let course = self.course(stage);
            self.show(stage, &course);
            if course == Course::Over {
                return;
            }
        }
    }

    /// A lease that cannot be renewed for a moment still runs; one that another drill has is lost.
    async fn renew(&mut self, stage: &Stage<'_>) {
        if let Err(error) = stage.desk.take().await
            && error.status().is_some()
        {
            self.watch.fail(
                format!("the lease was lost: {error}"),
                stage.screen.as_ref(),
            );
        }
    }

    fn course(&self, stage: &Stage<'_>) -> Course {
        let injected = self.injector.injected();
        let so_far = SoFar {
            now_s: self.clock.now_s(),
            lanes: self.watch.lanes().all(),
            notifications: self.watch.notifications(),
            inhibited: self.watch.inhibited(),
            faults: &injected.records,
        };
        let waits = Waits {
            longest_for: stage.ready.longest_for,
            listens: stage.ready.listens,
        };
        course(&stage.case(), waits, &so_far)
    }

    fn show(&mut self, stage: &Stage<'_>, course: &Course) {
        let scenario = &stage.ready.scenario;
        let at_s = self.clock.now_s();
        let mut ends = 0.0;
        let current = scenario.phases.iter().position(|phase| {
            ends += phase.lasts.get().as_secs_f64();
            at_s < ends
        });
        if current.is_some() && current != self.phase {
            self.phase = current;
            let name = current
                .and_then(|index| scenario.phases.get(index))
                .map(|phase| phase.name.clone());
            stage
                .screen
                .event(at_s, &Event::Phase(name.unwrap_or_default()));
        }
        let live = self.load.live();
        let firing = self
            .watch
            .lanes()
            .all()
            .iter()
            .filter(|lane| lane.still_fires());
        stage.screen.tick(&Tick {
            at_s,
            planned_s: scenario.duration().as_secs_f64(),
            sent: live.total.sent,
            failed: live.total.failed,
            firing: firing.map(|lane| lane.name().to_owned()).collect(),
            waiting_for: match course {
                Course::Waiting(what) => Some(what.clone()),
                Course::Running | Course::Over => None,
            },
        });
    }
}
