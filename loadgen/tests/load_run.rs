//! Runs against servers that pause, vanish and come back.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use loadgen::bench::{TrivialServer, trivial_server};
use loadgen::load::{Limits, LoadRun, Plan, StartError, Targets};
use serde_json::json;

/// Where nobody listens: a port that the system gives to no caller and no test.
const NOBODY: &str = "http://127.0.0.1:9";

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Evenly spaced looks at the menu, one phase a duration.
fn browsing(rate: &str, lasts: &[&str]) -> Plan {
    let phase = |lasts| {
        let load = json!({"shape": "constant", "rate": rate, "spacing": "even"});
        let phase = json!({"name": lasts, "for": lasts, "load": load, "mix": {"browse": 1}});
        serde_json::from_value(phase).expect("a phase")
    };
    let phases: Vec<_> = lasts.iter().map(phase).collect();
    Plan::new(&phases, 1)
}

fn targets(server: &TrivialServer) -> Targets {
    Targets::new(&server.url().parse().expect("an address")).expect("an http address")
}

fn start(plan: Plan, server: &TrivialServer, limits: Limits) -> LoadRun {
    LoadRun::start(plan, &targets(server), limits, None).expect("a run")
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = Duration::from_secs(20);
    let held = tokio::time::timeout(patience, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    held.await
        .unwrap_or_else(|_| panic!("not within {patience:?}: {what}"));
}

#[tokio::test]
async fn a_pause_of_three_seconds_at_100_a_second_shows_300_slow_visits() {
    let server = trivial_server(ANY_PORT).expect("a server");
    // Few connections make the naive view as blind as a client that waits for its answers.
    let limits = Limits {
        connections: 4,
        ..Limits::default()
    };
    let run = start(browsing("100/s", &["1s", "3s", "1s"]), &server, limits);
    let second = |n| tokio::time::Instant::from_std(run.started() + Duration::from_secs(n));
    tokio::time::sleep_until(second(1)).await;
    server.pause();
    tokio::time::sleep_until(second(4)).await;
    server.resume();
    let report = run.finish().await;

    assert_eq!(report.total.counts.completed, 500);
    let slow: u64 = report
        .seconds
        .iter()
        .filter(|second| second.response_p50_ms > 250.0)
        .map(|second| second.counts.completed)
        .sum();
    assert_eq!(slow, 300, "{:#?}", report.seconds);
    let paused = &report.phases[1].total;
    assert!(
        (1_300.0..1_700.0).contains(&paused.response_time.p50_ms),
        "{paused:?}"
    );
    assert!(
        (2_700.0..3_300.0).contains(&paused.response_time.max_ms),
        "{paused:?}"
    );
    // Counted from the send, only the four that were asked when the pause began are slow.
    assert!(paused.service_time.p50_ms < 250.0, "{paused:?}");
    assert!(paused.service_time.p90_ms < 250.0, "{paused:?}");
    assert!(paused.service_time.max_ms > 2_500.0, "{paused:?}");
}

#[tokio::test]
async fn beyond_the_bound_visits_are_dropped_and_counted() {
    let server = trivial_server(ANY_PORT).expect("a server");
    server.pause();
    let limits = Limits {
        in_flight: 10,
        ..Limits::default()
    };
    let run = start(browsing("200/s", &["500ms"]), &server, limits);
    until("all visits were due", || run.live().total.intended == 100).await;
    assert_eq!(run.live().in_flight, 10);
    server.resume();
    let counts = run.finish().await.total.counts;
    assert_eq!(
        (counts.intended, counts.sent, counts.dropped),
        (100, 10, 90)
    );
    assert_eq!((counts.completed, counts.failed), (10, 0));
}

#[tokio::test]
async fn nobody_there_is_a_failure_and_no_reason_to_slow_down() {
    let url = NOBODY.parse().expect("an address");
    let targets = Targets::new(&url).expect("an http address");
    let run = LoadRun::start(
        browsing("200/s", &["1s"]),
        &targets,
        Limits::default(),
        None,
    );
    let report = run.expect("a run").finish().await;
    let counts = report.total.counts;
    assert_eq!(
        (counts.intended, counts.sent, counts.failed),
        (200, 200, 200)
    );
    assert_eq!(counts.completed, 0);
    assert!((0.9..1.5).contains(&report.phases[0].ends_s), "{report:?}");
    assert_eq!(
        report.total.response_time.count, 0,
        "nobody answered: {report:?}"
    );
}

#[tokio::test]
async fn a_hanging_server_fails_visits_at_their_limit_and_their_time_counts() {
    let server = trivial_server(ANY_PORT).expect("a server");
    server.pause();
    let limits = Limits {
        timeout: Duration::from_millis(300),
        connections: 2,
        ..Limits::default()
    };
    let report = start(browsing("100/s", &["500ms"]), &server, limits)
        .finish()
        .await;
    assert_eq!(report.total.counts.failed, 50);
    assert_eq!(report.total.response_time.count, 50);
    assert!(report.total.response_time.p50_ms >= 300.0, "{report:?}");
    assert_eq!(report.total.service_time.count, 0, "nobody was served");
}

#[tokio::test]
async fn a_stopped_run_lets_visits_in_flight_end() {
    let server = trivial_server(ANY_PORT).expect("a server");
    let run = start(
        browsing("200/s", &["1s"]).with_tail(),
        &server,
        Limits::default(),
    );
    until("visits were answered", || run.live().total.completed >= 20).await;
    server.pause();
    until("visits are in flight", || run.live().in_flight >= 5).await;
    let view = run.live_view();
    run.stop();
    server.resume();
    let counts = run.finish().await.total.counts;
    assert_eq!((counts.sent, counts.failed), (counts.completed, 0));
    assert_eq!(view.figures().total, counts);
    assert_eq!(view.figures().in_flight, 0);
}

#[tokio::test]
async fn a_stop_waits_no_longer_than_its_limit() {
    let server = trivial_server(ANY_PORT).expect("a server");
    server.pause();
    let limits = Limits {
        drain: Duration::from_millis(100),
        ..Limits::default()
    };
    let run = start(browsing("200/s", &["1s"]).with_tail(), &server, limits);
    until("visits are in flight", || run.live().in_flight >= 5).await;
    run.stop_token().cancel();
    let report = tokio::time::timeout(Duration::from_secs(5), run.finish()).await;
    let counts = report
        .expect("long before the visits' own limit")
        .total
        .counts;
    assert!(counts.sent >= 5, "{counts:?}");
    assert_eq!(
        (counts.completed, counts.failed),
        (0, 0),
        "still in flight is neither"
    );
}

#[tokio::test]
async fn a_server_that_comes_back_is_visited_again() {
    let port = company_tests::ports::free_port().expect("a port that stays ours");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let server = trivial_server(address).expect("a server");
    let run = start(
        browsing("200/s", &["1s"]).with_tail(),
        &server,
        Limits::default(),
    );
    until("visits were answered", || run.live().total.completed >= 20).await;
    drop(server);
    until("visits failed", || run.live().total.failed >= 20).await;
    let _server = trivial_server(address).expect("the same port");
    let failed_and_back = run.live().total.completed;
    until("visits are answered again", || {
        run.live().total.completed >= failed_and_back + 20
    })
    .await;
    run.stop();
    let counts = run.finish().await.total.counts;
    assert_eq!(counts.sent, counts.completed + counts.failed);
}

#[tokio::test]
async fn the_account_of_an_endless_run_does_not_grow_and_its_cap_ends_it() {
    let server = trivial_server(ANY_PORT).expect("a server");
    let limits = Limits {
        duration: Some(Duration::from_millis(1_500)),
        ..Limits::endless()
    };
    let run = start(
        browsing("100/s", &["500ms", "500ms"]).with_tail(),
        &server,
        limits,
    );
    let report = run.finish().await;
    assert_eq!(report.total.counts.intended, 150);
    assert!(report.seconds.is_empty());
    assert_eq!(
        (
            report.phases[0].total.counts.intended,
            report.phases[1].total.counts.intended
        ),
        (50, 100)
    );
    assert!((report.phases[1].starts_s - 0.5).abs() < 1e-9);
    assert!(report.phases[1].ends_s >= 1.5);
}

#[tokio::test]
async fn the_account_adds_up_by_second_by_phase_and_in_total() {
    let server = trivial_server(ANY_PORT).expect("a server");
    let report = start(
        browsing("300/s", &["700ms", "800ms"]),
        &server,
        Limits::default(),
    )
    .finish()
    .await;
    let by_second: Vec<_> = report
        .seconds
        .iter()
        .map(|second| second.counts.completed)
        .collect();
    assert_eq!(by_second[..2], [300, 150]);
    let by_phase = report.phases.iter().map(|phase| phase.total.counts).sum();
    assert_eq!(report.total.counts, by_phase);
    assert_eq!(
        (report.total.counts.completed, report.schedule_lag.count),
        (450, 450)
    );
    assert_eq!(report.total.response_time.count, 450);
}

#[tokio::test]
async fn live_figures_tell_the_last_second() {
    let server = trivial_server(ANY_PORT).expect("a server");
    let run = start(
        browsing("100/s", &["1s"]).with_tail(),
        &server,
        Limits::endless(),
    );
    until("a second has passed", || {
        run.live().last_second.intended > 0
    })
    .await;
    let live = run.live();
    assert!((90..=110).contains(&live.last_second.intended), "{live:?}");
    assert!(live.elapsed >= Duration::from_secs(1));
    assert!(live.flows.keys().map(|flow| flow.name()).eq(["browse"]));
    run.stop();
    run.over().await;
}

#[test]
fn what_is_beyond_the_caps_never_starts() {
    let url = NOBODY.parse().expect("an address");
    let targets = Targets::new(&url).expect("an http address");
    let limits = Limits {
        rate: 99.0,
        ..Limits::default()
    };
    let refused = LoadRun::start(browsing("100/s", &["1s"]), &targets, limits, None);
    assert!(matches!(refused, Err(StartError::Limit(_))), "{refused:?}");
    let refused = LoadRun::start(
        browsing("1/s", &["1s"]),
        &targets,
        Limits::default(),
        Some("a\nb"),
    );
    assert!(matches!(refused, Err(StartError::DrillId)), "{refused:?}");
}
