//! Whole drills, by the library: one a verdict, each against a world that misbehaves in one way.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use loadgen::company::Company;
use loadgen::drill::screen::{Event, Screen, Tick};
use loadgen::drill::source::Alerts;
use loadgen::drill::verdict::Verdict;
use loadgen::drill::{self, DeskChoice, Order};
use loadgen::report::record::DrillRecord;
use loadgen::scenario::{self, Scenario};
use tokio_util::sync::CancellationToken;

use crate::world::{Blindness, Manners, World};

/// A fault of a second and a half, and an alert that must follow.
pub(crate) const MUST_FIRE: &str = r#"
version = 1
name = "quick"
summary = "Everything fails for a moment."
teaches = "Drills can be quick."
seed = 7

[[phases]]
name = "steady"
for = "2500ms"
load = { shape = "constant", rate = "40/s", spacing = "even" }
mix = { place_order = 1, browse = 1 }

[[faults]]
service = "pizza-service"
kind = "error"
parameters = { ratio = 1.0 }
from = "500ms"
for = "1500ms"

[[expect.effect]]
proof = "strikes"
service = "pizza-service"
kind = "error"
at_least = 10

[[expect.fires]]
alert = "ServiceErrorRatio"
labels = { service = "pizza-service" }
"#;

pub(crate) struct Silent;

impl Screen for Silent {
    fn note(&self, _: &str) {}
    fn event(&self, _: f64, _: &Event) {}
    fn tick(&self, _: &Tick) {}
}

pub(crate) fn order(world: &World, scenario: Scenario) -> Order {
    Order {
        scenario,
        seed: None,
        time_scale: None,
        company: Company {
            pizza_url: world.url.clone(),
            pokedex_url: None,
            tracker_url: None,
            metrics_url: Some(world.url.clone()),
            alertmanager_url: Some(world.url.clone()),
            loadgen_url: world.desk.clone(),
            telemetry: [("pizza-service".to_owned(), world.url.clone())].into(),
            faults_token: Some("sesame".into()),
            alerts: Alerts::default(),
        },
        desk: DeskChoice::Leased,
        allow_hosts: Vec::new(),
        patience: Duration::from_secs(1),
        put_off: 0.0,
        survey: None,
    }
}

pub(crate) fn must_fire() -> Scenario {
    scenario::parse("quick.toml", MUST_FIRE).expect("a scenario")
}

async fn drilled(world: &World) -> DrillRecord {
    drill::run(
        &order(world, must_fire()),
        Arc::new(Silent),
        &CancellationToken::new(),
    )
    .await
}

/// Drills a world, and sees to it that nothing is left behind.
async fn verdict(manners: Manners) -> DrillRecord {
    let world = World::start(manners).await;
    let record = drilled(&world).await;
    assert_eq!(world.broken(), None, "the fault was taken back");
    assert_eq!(
        world.lease.take("next", Duration::from_secs(1)),
        Ok(()),
        "the lease was given back"
    );
    record
}

pub(crate) fn reasons(record: &DrillRecord) -> String {
    let lines = record
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.verdict, finding.reason));
    lines.collect::<Vec<_>>().join(
        "
",
    )
}

#[tokio::test]
async fn pass() {
    let world = World::start(Manners::default()).await;
    let record = drilled(&world).await;
    assert_eq!(record.verdict, Verdict::Pass, "{}", reasons(&record));
    assert_eq!(world.broken(), None);
    let inner = world.state.inner.lock();
    assert_eq!(inner.put.len(), 1);
    let (kind, ttl) = &inner.put[0];
    assert_eq!(kind, "error");
    assert!(
        (1.5..10.0).contains(ttl),
        "it dies by itself soon after its window: {ttl}"
    );
    let visits = inner
        .visits
        .get(&record.drill_id)
        .copied()
        .unwrap_or_default();
    assert_eq!(
        visits, record.load.total.counts.sent,
        "every visit carries the drill's id"
    );
    let fault = &record.faults[0];
    assert!(
        fault.strikes >= 40,
        "its strikes were read before it was gone: {fault:?}"
    );
    assert!(
        fault.effect_s.is_some_and(|at| at >= fault.from_s),
        "{fault:?}"
    );
    let fires = record
        .expectations
        .iter()
        .find(|expectation| expectation.kind == "fires")
        .expect("judged");
    let (took, delivered) = (
        fires.took_s.expect("fired"),
        fires.delivered_s.expect("delivered"),
    );
    assert!((0.3..3.3).contains(&took), "{fires:?}");
    assert!((0.3..3.3).contains(&delivered), "{fires:?}");
    assert!(
        fires
            .detail
            .contains("scrape 50 ms + evaluation 50 ms + window 3 s + for 100 ms"),
        "{fires:?}"
    );
    assert!(
        (record.time_scale - 1.0).abs() < 1e-9,
        "the rules are at demo speed"
    );
    assert_eq!(
        record.alerts[0]
            .stretches
            .last()
            .map(|stretch| stretch.state),
        Some("firing")
    );
    assert!(record.load.phases[0].ends_s >= 2.5);
}

#[tokio::test]
async fn a_record_that_comes_a_moment_late_is_waited_for() {
    let record = verdict(Manners {
        records_after: Duration::from_millis(700),
        ..Manners::default()
    })
    .await;
    assert_eq!(record.verdict, Verdict::Pass, "{}", reasons(&record));
}

#[tokio::test]
async fn missed_where_nobody_notices() {
    let record = verdict(Manners {
        notices: false,
        ..Manners::default()
    })
    .await;
    assert_eq!(record.verdict, Verdict::Missed, "{}", reasons(&record));
}

#[tokio::test]
async fn missed_where_nobody_is_told() {
    let record = verdict(Manners {
        tells: false,
        ..Manners::default()
    })
    .await;
    assert_eq!(record.verdict, Verdict::Missed, "{}", reasons(&record));
    assert!(reasons(&record).contains("never reached the webhook"));
}

#[tokio::test]
async fn unexpected_where_more_fires_than_should() {
    let record = verdict(Manners {
        overreacts: true,
        ..Manners::default()
    })
    .await;
    assert_eq!(record.verdict, Verdict::Unexpected, "{}", reasons(&record));
}

#[tokio::test]
async fn unexpected_where_the_wrong_ones_are_told_or_twice() {
    let misroutes = Manners {
        receiver: "ticket",
        ..Manners::default()
    };
    let stutters = Manners {
        stutters: true,
        ..Manners::default()
    };
    for (manners, reason) in [
        (misroutes, "was told to `ticket`; its severity is page"),
        (stutters, "was told the same of"),
    ] {
        let record = verdict(manners).await;
        let reasons = reasons(&record);
        assert_eq!(record.verdict, Verdict::Unexpected, "{reasons}");
        assert!(reasons.contains(reason), "{reasons}");
    }
}

#[tokio::test]
async fn not_resolved_where_it_goes_on_firing() {
    let record = verdict(Manners {
        resolves: false,
        ..Manners::default()
    })
    .await;
    assert_eq!(record.verdict, Verdict::NotResolved, "{}", reasons(&record));
}

#[tokio::test]
async fn not_injected_where_the_fault_does_nothing() {
    let record = verdict(Manners {
        strikes: false,
        ..Manners::default()
    })
    .await;
    assert_eq!(record.verdict, Verdict::NotInjected, "{}", reasons(&record));
}

#[tokio::test]
async fn invalid_where_the_monitoring_fails_and_then_at_once() {
    let ways = [
        (Blindness::Prometheus, "Prometheus failed for"),
        (Blindness::Alertmanager, "Alertmanager failed for"),
        (Blindness::Watchdog, "the Watchdog failed for"),
        (Blindness::Targets, "scraping failed for"),
        (Blindness::Evaluation, "rule evaluation failed for"),
    ];
    join_all(ways.map(|(blindness, reason)| blind(blindness, reason))).await;
}

async fn blind(blindness: Blindness, reason: &str) {
    let world = World::start(Manners {
        blindness: Some(blindness),
        ..Manners::default()
    })
    .await;
    let mut order = order(&world, must_fire());
    order.time_scale = Some(10.0);
    let record = drill::run(&order, Arc::new(Silent), &CancellationToken::new()).await;
    let reasons = reasons(&record);
    assert_eq!(record.verdict, Verdict::Invalid, "{blindness:?}: {reasons}");
    assert!(reasons.contains(reason), "{blindness:?}: {reasons}");
    let fault = &record.faults[0];
    assert!(
        fault.to_s < 15.0,
        "{blindness:?}: it was to last from 5 s to 20 s: {fault:?}"
    );
    assert_eq!(world.broken(), None, "{blindness:?}");
}

#[tokio::test]
async fn invalid_where_record_and_watch_disagree() {
    let record = verdict(Manners {
        forgets: true,
        ..Manners::default()
    })
    .await;
    assert_eq!(record.verdict, Verdict::Invalid, "{}", reasons(&record));
    assert!(
        reasons(&record).contains("the record does not know of it"),
        "{}",
        reasons(&record)
    );
}

#[tokio::test]
async fn a_drill_that_is_stopped_takes_its_fault_back() {
    let world = World::start(Manners::default()).await;
    let stop = CancellationToken::new();
    let order = order(&world, must_fire());
    let drill = drill::run(&order, Arc::new(StopOnFault(stop.clone())), &stop);
    let record = drill.await;
    assert_eq!(record.verdict, Verdict::Interrupted, "{}", reasons(&record));
    assert_eq!(world.state.inner.lock().put.len(), 1);
    assert_eq!(world.broken(), None);
}

/// Stops the drill as soon as something is broken.
struct StopOnFault(CancellationToken);

impl Screen for StopOnFault {
    fn note(&self, _: &str) {}
    fn event(&self, _: f64, event: &Event) {
        if matches!(event, Event::FaultOn { .. }) {
            self.0.cancel();
        }
    }
    fn tick(&self, _: &Tick) {}
}

#[tokio::test]
async fn a_drill_that_panics_takes_its_fault_back() {
    let world = World::start(Manners::default()).await;
    let order = order(&world, must_fire());
    let stop = CancellationToken::new();
    let drill = drill::run(&order, Arc::new(PanicWhileBroken), &stop);
    let panicked = AssertUnwindSafe(drill).catch_unwind().await;
    assert!(panicked.is_err(), "the panic is not swallowed");
    assert_eq!(
        world.state.inner.lock().put.len(),
        1,
        "something was broken"
    );
    assert_eq!(world.broken(), None);
    assert_eq!(world.lease.take("next", Duration::from_secs(1)), Ok(()));
}

/// Fails while something is broken.
struct PanicWhileBroken;

impl Screen for PanicWhileBroken {
    fn note(&self, _: &str) {}
    fn event(&self, _: f64, _: &Event) {}
    fn tick(&self, tick: &Tick) {
        assert!(tick.at_s < 1.2, "as this screen does");
    }
}
