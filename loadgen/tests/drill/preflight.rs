//! What stops a drill before it begins, and what each line says to do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use loadgen::drill::screen::{Event, Screen, Tick};
use loadgen::drill::verdict::Verdict;
use loadgen::drill::{self, DeskChoice, Order};
use loadgen::load::Flow;
use loadgen::report::record::DrillRecord;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::verdicts::{Silent, must_fire, order};
use crate::world::{Manners, World};

async fn run(order: &Order) -> DrillRecord {
    drill::run(order, Arc::new(Silent), &CancellationToken::new()).await
}

/// The drill is refused for one reason that says this, and nothing was touched.
async fn refused(manners: Manners, change: impl FnOnce(&World, &mut Order), words: &[&str]) {
    settled(Verdict::Preflight, manners, change, words).await;
}

/// The verdict is settled before anything was touched, for one reason that says this.
async fn settled(
    verdict: Verdict,
    manners: Manners,
    change: impl FnOnce(&World, &mut Order),
    words: &[&str],
) {
    let world = World::start(manners).await;
    let mut order = order(&world, must_fire());
    change(&world, &mut order);
    let record = run(&order).await;
    assert_eq!(record.verdict, verdict, "{:?}", record.findings);
    for word in words {
        let said = record
            .findings
            .iter()
            .any(|finding| finding.reason.contains(word));
        assert!(said, "{word:?} is not in {:?}", record.findings);
    }
    let of_kind = |kind| {
        let all = record.expectations.iter();
        all.filter(|one| one.kind == kind && !one.held).count()
    };
    assert_eq!(of_kind("preflight"), record.findings.len());
    // What was expected was expected all the same.
    assert_eq!(of_kind("fires"), order.scenario.expect.fires.len());
    assert!(record.expectations.iter().all(|one| !one.held));
    let inner = world.state.inner.lock();
    assert!(
        inner.put.is_empty() && inner.visits.is_empty(),
        "something was touched"
    );
}

#[tokio::test]
async fn an_alert_without_a_rule_is_missed() {
    let change = |_: &World, order: &mut Order| {
        order.scenario.expect.fires[0].alert = "NoSuchAlert".to_owned();
    };
    settled(
        Verdict::Missed,
        Manners::default(),
        change,
        &["NoSuchAlert", "no such rule is loaded"],
    )
    .await;
}

#[tokio::test]
async fn an_alert_whose_rule_says_otherwise_is_refused() {
    let change = |_: &World, order: &mut Order| {
        order.scenario.expect.fires[0]
            .labels
            .insert("severity".to_owned(), "ticket".to_owned());
    };
    refused(
        Manners::default(),
        change,
        &[r#"the loaded rule sets severity="page""#],
    )
    .await;
}

#[tokio::test]
async fn a_field_that_is_not_quiet_is_refused() {
    let manners = Manners {
        restless: true,
        ..Manners::default()
    };
    refused(
        manners,
        |_, _| {},
        &["ServiceDown is firing for pizza-service before the drill"],
    )
    .await;
}

#[tokio::test]
async fn a_silence_that_could_match_is_refused_and_others_are_not() {
    let silence = |state: &str, value: &str| {
        json!([{ "id": "abc", "createdBy": "someone", "status": { "state": state },
                 "matchers": [{ "name": "alertname", "value": value, "isRegex": true, "isEqual": true }] }])
    };
    let with = |silences| Manners {
        silences,
        ..Manners::default()
    };
    refused(
        with(silence("active", "Service.*")),
        |_, _| {},
        &["a silence of someone", "amtool silence expire abc"],
    )
    .await;
    for harmless in [
        silence("expired", "Service.*"),
        silence("active", "Vehicle.*"),
    ] {
        let world = World::start(with(harmless)).await;
        assert_eq!(
            run(&order(&world, must_fire())).await.verdict,
            Verdict::Pass
        );
    }
}

#[tokio::test]
async fn an_alertmanager_without_the_watchdog_is_refused() {
    let manners = Manners {
        holds_watchdog: false,
        ..Manners::default()
    };
    refused(
        manners,
        |_, _| {},
        &["the Watchdog has not reached Alertmanager"],
    )
    .await;
}

#[tokio::test]
async fn a_service_that_takes_no_faults_cannot_be_injected() {
    let manners = Manners {
        faults_status: 404,
        ..Manners::default()
    };
    settled(Verdict::NotInjected, manners, |_, _| {}, &["FAULTS_TOKEN"]).await;
    let change = |_: &World, order: &mut Order| order.company.faults_token = Some("wrong".into());
    refused(
        Manners::default(),
        change,
        &["does not accept the faults token"],
    )
    .await;
}

#[tokio::test]
async fn a_fault_that_is_there_already_is_refused() {
    let world = World::start(Manners::default()).await;
    let soon = tokio::time::Instant::now() + Duration::from_mins(1);
    world.state.inner.lock().fault = Some(("latency".to_owned(), soon, 0));
    let record = run(&order(&world, must_fire())).await;
    assert_eq!(record.verdict, Verdict::Preflight);
    assert!(
        record.findings[0].reason.contains("`loadgen reset`"),
        "{:?}",
        record.findings
    );
    assert_eq!(
        world.broken().as_deref(),
        Some("latency"),
        "it is not this drill's to take back"
    );
}

#[tokio::test]
async fn one_drill_at_a_time() {
    let change = |world: &World, _: &mut Order| {
        world
            .lease
            .take("another", Duration::from_mins(1))
            .expect("free");
    };
    refused(Manners::default(), change, &["drill another has the turn"]).await;
}

#[tokio::test]
async fn a_missing_desk_is_refused_unless_the_drill_brings_its_own() {
    let gone = |_: &World, order: &mut Order| {
        order.company.loadgen_url = "http://127.0.0.1:9".parse().expect("a URL");
    };
    refused(
        Manners::default(),
        gone,
        &["start `loadgen serve`", "--no-lease"],
    )
    .await;
    // Nobody sends webhooks to this one, so the drill begins and misses the delivery.
    let world = World::start(Manners::default()).await;
    let mut order = order(&world, must_fire());
    gone(&world, &mut order);
    order.desk = DeskChoice::Own(([127, 0, 0, 1], 0).into());
    let record = run(&order).await;
    assert_eq!(record.verdict, Verdict::Missed, "{:?}", record.findings);
    assert!(
        record.findings[0]
            .reason
            .contains("never reached the webhook")
    );
}

#[tokio::test]
async fn monitoring_that_is_not_there_is_refused() {
    let change = |_: &World, order: &mut Order| {
        order.company.metrics_url = "http://127.0.0.1:9".parse().ok();
    };
    refused(
        Manners::default(),
        change,
        &["Prometheus is not ready", "--metrics-url"],
    )
    .await;
    let change = |_: &World, order: &mut Order| order.company.alertmanager_url = None;
    refused(Manners::default(), change, &["runs without Alertmanager"]).await;
}

#[tokio::test]
async fn the_rest_of_the_world_is_off_limits() {
    let change = |_: &World, order: &mut Order| {
        order.company.pizza_url = "http://shop.example.com".parse().expect("a URL");
        order.company.telemetry = BTreeMap::from([(
            "pizza-service".to_owned(),
            "http://192.0.2.1".parse().expect("a URL"),
        )]);
    };
    refused(
        Manners::default(),
        change,
        &["--allow-host shop.example.com", "--allow-host 192.0.2.1"],
    )
    .await;
}

#[tokio::test]
async fn a_flow_that_the_company_cannot_serve_is_refused_in_one_line() {
    let vans = |_: &World, order: &mut Order| {
        order.scenario.phases[0].mix.insert(Flow::LookAtVans, 1);
    };
    refused(
        Manners::default(),
        vans,
        &["`look_at_vans` visit position-tracker, whose address is not known; say --tracker-url"],
    )
    .await;
    let elsewhere = |_: &World, order: &mut Order| {
        order.scenario.phases[0].mix.insert(Flow::LookUpPokemon, 1);
        order.company.pokedex_url = "http://pokedex.example.com".parse().ok();
    };
    refused(
        Manners::default(),
        elsewhere,
        &["--allow-host pokedex.example.com"],
    )
    .await;
}

#[tokio::test]
async fn stock_rules_stretch_the_scenario() {
    let mut manners = Manners::default();
    manners.rule_labels.remove("speed");
    let world = World::start(manners).await;
    let stop = CancellationToken::new();
    let screen = Arc::new(StopOnceItRuns(stop.clone()));
    let record = drill::run(&order(&world, must_fire()), screen, &stop).await;
    assert_eq!(record.verdict, Verdict::Interrupted);
    assert!((record.time_scale - 15.0).abs() < 1e-9);
}

/// Stops the drill as soon as it is under way.
struct StopOnceItRuns(CancellationToken);

impl Screen for StopOnceItRuns {
    fn note(&self, _: &str) {}
    fn event(&self, _: f64, _: &Event) {}
    fn tick(&self, _: &Tick) {
        self.0.cancel();
    }
}
