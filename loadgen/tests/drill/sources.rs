//! Other sources of alerts than a whole Prometheus: an Alertmanager alone, webhooks alone, and a
//! server that lacks some of Prometheus's paths.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use loadgen::drill::screen::{Event, Screen, Tick};
use loadgen::drill::source::{AlertSource, Alerts};
use loadgen::drill::verdict::Verdict;
use loadgen::drill::{self, Order};
use loadgen::report::record::DrillRecord;
use loadgen::scenario::Effect;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::verdicts::{Silent, must_fire, order, reasons};
use crate::world::{Manners, World};

/// Long enough for the world's alert, which comes half a second after its cause.
const DETECTION: Duration = Duration::from_secs(3);

/// Asks for nothing but what the source has.
fn order_by(world: &World, source: AlertSource) -> Order {
    let mut order = order(world, must_fire());
    order.time_scale = Some(1.0);
    order.company.alerts = Alerts {
        source,
        detection_limit: DETECTION,
    };
    order.company.metrics_url = None;
    if source == AlertSource::Webhook {
        order.company.alertmanager_url = None;
    }
    order
}

async fn run(order: &Order) -> DrillRecord {
    drill::run(order, Arc::new(Silent), &CancellationToken::new()).await
}

/// A change to the good world, and what a drill of it comes to.
type Row = (fn(&mut Manners), Verdict);

#[tokio::test]
async fn every_verdict_can_be_reached_by_either_source() {
    let table: [Row; 6] = [
        (|_| {}, Verdict::Pass),
        (|manners| manners.notices = false, Verdict::Missed),
        (|manners| manners.tells = false, Verdict::Missed),
        (|manners| manners.overreacts = true, Verdict::Unexpected),
        (|manners| manners.resolves = false, Verdict::NotResolved),
        (|manners| manners.strikes = false, Verdict::NotInjected),
    ];
    for source in [AlertSource::Alertmanager, AlertSource::Webhook] {
        join_all(table.map(|(change, verdict)| async move {
            let mut manners = Manners::default();
            change(&mut manners);
            let world = World::start(manners).await;
            let record = run(&order_by(&world, source)).await;
            let reasons = reasons(&record);
            assert_eq!(record.verdict, verdict, "{source:?}: {reasons}");
            assert_eq!(world.broken(), None);
        }))
        .await;
    }
}

#[tokio::test]
async fn limits_are_as_written_or_the_detection_limit() {
    let world = World::start(Manners::default()).await;
    let mut order = order_by(&world, AlertSource::Alertmanager);
    order.scenario.expect.resolves = "4s".parse().expect("a span");
    let record = run(&order).await;
    let detail = |kind| {
        let mut all = record.expectations.iter();
        let found = all.find(|expectation| expectation.kind == kind);
        found.expect("judged").detail.as_str()
    };
    assert_eq!(
        detail("fires"),
        "limit: detection limit 3 s; to the webhook: detection limit 3 s + group_interval 1 s + look 1 s = 5 s"
    );
    assert!(detail("resolves").starts_with("limit: as written 4 s"));
}

#[tokio::test]
async fn silence_is_believed_when_there_was_time_to_speak() {
    for (notices, verdict) in [(false, Verdict::Pass), (true, Verdict::Unexpected)] {
        let world = World::start(Manners {
            notices,
            ..Manners::default()
        })
        .await;
        let mut order = order_by(&world, AlertSource::Webhook);
        order.scenario.expect.fires.clear();
        let record = run(&order).await;
        assert_eq!(record.verdict, verdict, "{}", reasons(&record));
        let lasted = (record.ended_at - record.started_at).as_seconds_f64();
        // The cause ends at 2 s.
        assert!(notices || lasted >= 5.0, "{lasted}");
    }
}

async fn refused(order: &Order, said: &str) {
    let record = run(order).await;
    let reasons = reasons(&record);
    assert_eq!(record.verdict, Verdict::Preflight, "{reasons}");
    assert!(reasons.contains(said), "{said}: {reasons}");
}

#[tokio::test]
async fn what_the_source_has_is_asked_for() {
    let quiet = World::start(Manners::default()).await;
    let mut order = order_by(&quiet, AlertSource::Alertmanager);
    order.company.alertmanager_url = None;
    refused(&order, "runs without Alertmanager").await;
    order.company.alertmanager_url = "http://127.0.0.1:9".parse().ok();
    refused(&order, "Alertmanager is not ready").await;

    let mut order = order_by(&quiet, AlertSource::Webhook);
    order.scenario.expect.effect.push(Effect::Query {
        promql: "up == 0".to_owned(),
    });
    refused(&order, "say by --metrics-url whom to ask").await;

    let restless = World::start(Manners {
        restless: true,
        told_before: true,
        ..Manners::default()
    })
    .await;
    for source in [AlertSource::Alertmanager, AlertSource::Webhook] {
        let order = order_by(&restless, source);
        refused(&order, "ServiceDown is firing for pizza-service before").await;
    }
}

/// Keeps what is said before the drill.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Screen for Notes {
    fn note(&self, line: &str) {
        self.0.lock().push(line.to_owned());
    }
    fn event(&self, _: f64, _: &Event) {}
    fn tick(&self, _: &Tick) {}
}

#[tokio::test]
async fn a_server_that_lacks_some_paths_is_drilled_all_the_same() {
    let world = World::start(Manners {
        lacks: &[
            "/-/ready",
            "/api/v1/status/buildinfo",
            "/api/v1/targets",
            "/api/v1/alerts",
        ],
        ..Manners::default()
    })
    .await;
    let mut order = order(&world, must_fire());
    order.company.metrics_url = Some(world.partial.clone());
    let notes = Arc::new(Notes::default());
    let screen: Arc<dyn Screen> = Arc::<Notes>::clone(&notes);
    let record = drill::run(&order, screen, &CancellationToken::new()).await;
    assert_eq!(record.verdict, Verdict::Pass, "{}", reasons(&record));
    let notes = notes.0.lock();
    let missing: Vec<_> = notes
        .iter()
        .filter(|note| note.contains(" has no "))
        .collect();
    assert_eq!(missing.len(), 1, "{notes:?}");
    assert!(
        missing[0].contains("/-/ready, /api/v1/status/buildinfo, /api/v1/targets, /api/v1/alerts")
    );
}

#[tokio::test]
async fn a_server_without_rules_is_refused_with_a_way_out() {
    let world = World::start(Manners {
        lacks: &["/api/v1/rules"],
        ..Manners::default()
    })
    .await;
    let mut order = order(&world, must_fire());
    order.company.metrics_url = Some(world.partial.clone());
    refused(&order, "--alert-source alertmanager or webhook").await;
}
