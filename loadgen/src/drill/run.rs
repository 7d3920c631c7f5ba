//! One drill from beginning to end: rails, preflight, lease, the drill itself, and whatever
//! happens, the faults taken back and the lease given back.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::conduct::{Stage, conduct};
use super::faults::Faults;
use super::injector::take_back_everything;
use super::judge::{Case, Observed, judge};
use super::preflight::{Field, Obstacle, Ready, preflight};
use super::screen::Screen;
use super::silencer;
use super::verdict::Verdict;
use crate::company::Company;
use crate::load::report::LoadReport;
use crate::report::record::{DrillRecord, ExpectationRecord, Finding, Monitoring, SCHEMA_VERSION};
use crate::scenario::{Effect, Scenario, Within};

mod prepared;

use prepared::Prepared;

/// What is to be drilled, and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// The scenario, as written.
    pub scenario: Scenario,
    /// The seed, where it is not the scenario's own.
    pub seed: Option<u64>,
    /// The factor on the scenario's durations; by the rules' speed where absent.
    pub time_scale: Option<f64>,
    /// Where the company is.
    pub company: Company,
    /// Where the turn is taken.
    pub desk: DeskChoice,
    /// Hosts beyond this machine and private names that may be drilled.
    pub allow_hosts: Vec<String>,
    /// How long the preflight waits for the field to become ready.
    pub patience: Duration,
    /// How far the start is put off once the field is ready: a share, from 0 to 1, of the scrape or
    /// the evaluation interval, whichever is longer. So that faults meet every phase of them.
    pub put_off: f64,
    /// Looks who notices, instead of who should: whatever fires is allowed, the scenario's own alerts
    /// are not asked for, and somebody is waited for so long after the cause: by itself, as long as
    /// the slowest of the loaded rules may take.
    pub survey: Option<Within>,
}

/// Where the turn is taken and deliveries are learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskChoice {
    /// At `loadgen serve`.
    Leased,
    /// Nowhere; webhooks are received at this address.
    Own(SocketAddr),
}

/// The record of a drill that could not even be prepared.
pub fn refused(order: &Order, reason: String) -> DrillRecord {
    Drill::new(Uuid::now_v7(), order).refused(vec![reason])
}

/// Runs a drill. Cancelling `stop` ends it early, with the faults taken back.
pub async fn run(order: &Order, screen: Arc<dyn Screen>, stop: &CancellationToken) -> DrillRecord {
    run_as(Uuid::now_v7(), order, screen, stop).await
}

/// Runs a drill that has its id already.
pub async fn run_as(
    id: Uuid,
    order: &Order,
    screen: Arc<dyn Screen>,
    stop: &CancellationToken,
) -> DrillRecord {
    let drill = Drill::new(id, order);
    match drill.prepare().await {
        Ok(prepared) => drill.guarded(&prepared, screen, stop).await,
        Err(obstacles) => drill.refused(obstacles),
    }
}

/// One drill, with its id.
struct Drill<'a> {
    order: &'a Order,
    id: String,
    began: OffsetDateTime,
}

impl<'a> Drill<'a> {
    fn new(id: Uuid, order: &'a Order) -> Self {
        Self {
            order,
            id: id.to_string(),
            began: OffsetDateTime::now_utc(),
        }
    }

    /// The drill, and afterwards the faults and the lease back, on success, failure and panic.
    async fn guarded(
        &self,
        prepared: &Prepared,
        screen: Arc<dyn Screen>,
        stop: &CancellationToken,
    ) -> DrillRecord {
        let outcome = AssertUnwindSafe(self.drill(prepared, screen, stop))
            .catch_unwind()
            .await;
        let broken: Vec<Faults> = self.broken(prepared);
        let left = match &outcome {
            // Refused before anything was broken: nothing of ours is there.
            Ok(Err(_)) => Vec::new(),
            Ok(Ok(_)) | Err(_) => self.take_back(&broken, prepared).await,
        };
        let released = prepared.desk.release().await;
        match outcome {
            Err(panic) => resume_unwind(panic),
            Ok(Err(refusal)) => refusal.record(self),
            Ok(Ok((ready, mut observed, clock))) => {
                observed.monitoring_failures.extend(left);
                if let Err(error) = released {
                    observed
                        .monitoring_failures
                        .push(format!("the lease could not be given back: {error}"));
                }
                self.judged(&ready, observed, clock)
            }
        }
    }

    /// Whatever the drill has left behind, faults and silences. Returns what could not be had back.
    async fn take_back(&self, broken: &[Faults], prepared: &Prepared) -> Vec<String> {
        let mut left = take_back_everything(broken).await;
        if let Some(alertmanager) = &prepared.monitors.alertmanager
            && !self.order.scenario.silences.is_empty()
        {
            left.extend(silencer::take_back(alertmanager, &self.id).await);
        }
        left
    }

    async fn drill(
        &self,
        prepared: &Prepared,
        screen: Arc<dyn Screen>,
        stop: &CancellationToken,
    ) -> Result<(Ready, Observed, super::clock::Clock), Refusal> {
        let broken = self.broken(prepared);
        let surveyed = self.order.survey.map(|_| surveyed(&self.order.scenario));
        let field = Field {
            scenario: surveyed.as_ref().unwrap_or(&self.order.scenario),
            survey: self.order.survey,
            time_scale: self.order.time_scale,
            monitors: &prepared.monitors,
            pizza: &prepared.pizza,
            faults: &broken,
            desk: &prepared.desk,
            detection_limit: self.order.company.alerts.detection_limit,
        };
        let ready = tokio::select! {
            ready = preflight(&field, self.order.patience, screen.as_ref()) => ready.map_err(Refusal::Obstacles)?,
            () = stop.cancelled() => return Err(Refusal::Stopped),
        };
        prepared.desk.take().await.map_err(|error| {
            Refusal::obstacle(format!(
                "no turn for this drill: {error}; wait until the other drill is over"
            ))
        })?;
        if self.put_off(&ready, stop).await {
            return Err(Refusal::Stopped);
        }
        let stage = Stage {
            ready: &ready,
            seed: self.seed(),
            drill_id: &self.id,
            monitors: &prepared.monitors,
            targets: &prepared.targets,
            services: &prepared.services,
            desk: &prepared.desk,
            screen,
            stop,
        };
        let (observed, clock) = conduct(&stage)
            .await
            .map_err(|error| Refusal::obstacle(error.to_string()))?;
        Ok((ready, observed, clock))
    }

    /// Waits for the order's share of the monitoring's pace. Whether it was stopped meanwhile.
    async fn put_off(&self, ready: &Ready, stop: &CancellationToken) -> bool {
        let longest = ready.pace.scrape.max(ready.pace.evaluation);
        let wait = longest.mul_f64(self.order.put_off.clamp(0.0, 1.0));
        tokio::select! {
            () = tokio::time::sleep(wait) => false,
            () = stop.cancelled() => true,
        }
    }

    /// The services that the scenario breaks.
    fn broken(&self, prepared: &Prepared) -> Vec<Faults> {
        let names: BTreeSet<&String> = self
            .order
            .scenario
            .faults
            .iter()
            .map(|fault| &fault.service)
            .collect();
        names
            .into_iter()
            .filter_map(|name| prepared.services.get(name))
            .cloned()
            .collect()
    }

    fn seed(&self) -> u64 {
        self.order.seed.unwrap_or(self.order.scenario.seed)
    }

    fn judged(&self, ready: &Ready, observed: Observed, clock: super::clock::Clock) -> DrillRecord {
        let case = Case {
            scenario: &ready.scenario,
            fires: &ready.fires,
            allows: &ready.allows,
            survey: ready.survey,
            routing: &ready.routing,
        };
        let judgement = judge(&case, &observed);
        DrillRecord {
            time_scale: ready.time_scale,
            survey_s: ready.survey.map(|wait| wait.as_secs_f64()),
            started_at: clock.started_at(),
            monitoring: ready.monitoring.clone(),
            verdict: judgement.verdict,
            verdicts: judgement.verdicts,
            findings: judgement.findings,
            expectations: judgement.expectations,
            faults: observed.faults,
            silences: observed.silences,
            alerts: judgement.lanes,
            notifications: observed.notifications,
            load: observed.load,
            ..self.blank()
        }
    }

    fn refused(&self, obstacles: Vec<String>) -> DrillRecord {
        let obstacles = obstacles.into_iter().map(Obstacle::lasting).collect();
        Refusal::Obstacles(obstacles).record(self)
    }

    /// A record of a drill in which nothing has happened.
    fn blank(&self) -> DrillRecord {
        let scenario = &self.order.scenario;
        DrillRecord {
            schema_version: SCHEMA_VERSION,
            drill_id: self.id.clone(),
            scenario: scenario.name.clone(),
            summary: scenario.summary.clone(),
            teaches: scenario.teaches.clone(),
            seed: self.seed(),
            culprits: scenario.culprits(),
            time_scale: self.order.time_scale.unwrap_or(1.0),
            survey_s: None,
            started_at: self.began,
            ended_at: OffsetDateTime::now_utc(),
            monitoring: Monitoring::default(),
            verdict: Verdict::Preflight,
            verdicts: vec![Verdict::Preflight],
            findings: Vec::new(),
            expectations: Vec::new(),
            faults: Vec::new(),
            silences: Vec::new(),
            alerts: Vec::new(),
            notifications: Vec::new(),
            load: LoadReport::default(),
        }
    }
}

/// The scenario without its own alerts and bounds, and without proofs by its own alerts.
fn surveyed(scenario: &Scenario) -> Scenario {
    let mut surveyed = scenario.clone();
    let by_alerts =
        |effect: &Effect| matches!(effect, Effect::Query { promql } if promql.contains("ALERTS"));
    surveyed.expect.effect.retain(|effect| !by_alerts(effect));
    surveyed.expect.fires.clear();
    surveyed.expect.allows.clear();
    surveyed.expect.thresholds.clear();
    surveyed
}

/// Why a drill did not begin.
enum Refusal {
    Obstacles(Vec<Obstacle>),
    Stopped,
}

impl Refusal {
    fn obstacle(text: String) -> Self {
        Self::Obstacles(vec![Obstacle::lasting(text)])
    }

    fn findings(self) -> Vec<Finding> {
        match self {
            Self::Obstacles(obstacles) => obstacles
                .into_iter()
                .map(|obstacle| Finding {
                    verdict: obstacle.verdict,
                    reason: obstacle.text,
                })
                .collect(),
            Self::Stopped => vec![Finding {
                verdict: Verdict::Interrupted,
                reason: "stopped by its user before it began".to_owned(),
            }],
        }
    }

    fn record(self, drill: &Drill<'_>) -> DrillRecord {
        let findings = self.findings();
        let verdicts: BTreeSet<Verdict> = findings.iter().map(|finding| finding.verdict).collect();
        let expectation = |finding: &Finding| ExpectationRecord {
            name: "the field is ready".to_owned(),
            kind: "preflight",
            alert: None,
            held: false,
            took_s: None,
            delivered_s: None,
            from_effect_s: None,
            limit_s: None,
            detail: finding.reason.clone(),
        };
        // What was to fire has not: a drill that did not begin is not one that expected less.
        let fires = drill.order.scenario.expect.fires.iter();
        let fires = fires.map(|fires| ExpectationRecord {
            name: format!("{} fires", fires.matcher()),
            kind: "fires",
            alert: Some(fires.alert.clone()),
            held: false,
            took_s: None,
            delivered_s: None,
            from_effect_s: None,
            limit_s: None,
            detail: "the drill did not begin".to_owned(),
        });
        DrillRecord {
            verdict: verdicts.last().copied().unwrap_or(Verdict::Preflight),
            verdicts: verdicts.into_iter().rev().collect(),
            expectations: findings.iter().map(expectation).chain(fires).collect(),
            findings,
            ..drill.blank()
        }
    }
}
