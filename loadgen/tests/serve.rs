//! `loadgen serve` from outside: customers come, pause while a drill has the turn, and come back.

use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use loadgen::bench::trivial_server;
use loadgen::drill::http;
use reqwest::{Client, Method, Response, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

/// A service under way.
struct Serving {
    child: Child,
    client: Client,
    api: SocketAddr,
    telemetry: SocketAddr,
}

/// A port that was free a moment ago.
fn free() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address")
}

impl Serving {
    async fn start(pizza: &str, baseline: &str) -> Self {
        Self::start_with(pizza, baseline, &[]).await
    }

    async fn start_with(pizza: &str, baseline: &str, more: &[String]) -> Self {
        let (api, telemetry) = (free(), free());
        let child = Command::new(env!("CARGO_BIN_EXE_loadgen"))
            .arg("serve")
            .args([
                format!("--listen={api}"),
                format!("--telemetry-address={telemetry}"),
                format!("--pizza-url={pizza}"),
                format!("--baseline={baseline}"),
            ])
            .args(more)
            .env_clear()
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let serving = Self {
            child,
            client: http::client(),
            api,
            telemetry,
        };
        until("it is ready", async || {
            let ready = serving
                .client
                .get(format!("http://{telemetry}/readyz"))
                .send()
                .await;
            ready.is_ok_and(|ready| ready.status() == StatusCode::OK)
        })
        .await;
        serving
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self
            .client
            .request(method, format!("http://{}{path}", self.api));
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.expect("an answer")
    }

    async fn take(&self, drill: &str, seconds: u64) -> Response {
        self.ask(
            Method::PUT,
            "/lease",
            Some(json!({ "drill_id": drill, "ttl_seconds": seconds })),
        )
        .await
    }

    /// Completed visits of a flow, by its own metrics.
    async fn completed(&self, flow: &str) -> u64 {
        let response = self
            .client
            .get(format!("http://{}/metrics", self.telemetry))
            .send()
            .await;
        let text = response.expect("an answer").text().await.expect("text");
        let series = format!("loadgen_visits_total{{flow=\"{flow}\",outcome=\"completed\"}} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&series));
        value
            .expect("the series is there from the start")
            .parse()
            .expect("a number")
    }
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn customers_pause_while_a_drill_has_the_turn() {
    let pizza = trivial_server(([127, 0, 0, 1], 0).into()).expect("a server");
    let mut serving = Serving::start(&pizza.url(), "100/s").await;
    until("customers come", async || {
        serving.completed("browse").await > 20
    })
    .await;

    assert_eq!(serving.take("one", 60).await.status(), StatusCode::OK);
    let mut last = serving.completed("browse").await;
    // They have paused when a quarter of a second, in which 15 would come, brings none.
    until("customers pause", async || {
        sleep(Duration::from_millis(250)).await;
        let now = serving.completed("browse").await;
        std::mem::replace(&mut last, now) == now
    })
    .await;

    assert_eq!(
        serving
            .ask(Method::DELETE, "/lease/one", None)
            .await
            .status(),
        StatusCode::NO_CONTENT
    );
    until("customers come back", async || {
        serving.completed("browse").await > last + 20
    })
    .await;

    let id = serving
        .child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    kill_process(id.expect("it runs"), Signal::TERM).expect("it is ours");
    assert!(serving.child.wait().await.expect("it ends").success());
}

#[tokio::test]
async fn some_customers_want_to_see_vans_and_pokemon_where_they_know_where() {
    let server = trivial_server(([127, 0, 0, 1], 0).into()).expect("a server");
    let url = server.url();
    let neighbour = format!("--tracker-url={url}");
    let serving = Serving::start_with(&url, "100/s", &[neighbour]).await;
    until("customers look at vans", async || {
        serving.completed("look_at_vans").await > 20
    })
    .await;
    assert_eq!(
        serving.completed("look_up_pokemon").await,
        0,
        "nobody said where"
    );
    let (orders, vans) = (
        serving.completed("place_order").await,
        serving.completed("look_at_vans").await,
    );
    assert!(
        orders > vans,
        "most customers are hungry: {orders} orders, {vans} looks"
    );
}

#[tokio::test]
async fn one_drill_has_the_turn_and_others_are_told_so() {
    let serving = Serving::start("http://127.0.0.1:9", "0/h").await;
    assert_eq!(serving.take("one", 60).await.status(), StatusCode::OK);
    assert_eq!(
        serving.take("one", 60).await.status(),
        StatusCode::OK,
        "renewed"
    );

    let refused = serving.take("two", 60).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(
        refused.headers()["content-type"],
        "application/problem+json"
    );
    let problem: Value = refused.json().await.expect("JSON");
    assert_eq!(problem["detail"], "drill one has the turn");

    assert_eq!(
        serving
            .ask(Method::DELETE, "/lease/two", None)
            .await
            .status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        serving
            .ask(Method::DELETE, "/lease/one", None)
            .await
            .status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(serving.take("two", 1).await.status(), StatusCode::OK);
    // Nobody renews it.
    until("the lease expires", async || {
        serving.take("three", 60).await.status() == StatusCode::OK
    })
    .await;
    for (wrong, field) in [
        (json!({ "drill_id": "", "ttl_seconds": 1 }), "drill_id"),
        (
            json!({ "drill_id": "x", "ttl_seconds": 301 }),
            "ttl_seconds",
        ),
    ] {
        let refused = serving.ask(Method::PUT, "/lease", Some(wrong)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Value = refused.json().await.expect("JSON");
        assert_eq!(problem["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn notifications_are_numbered_and_told_once() {
    let serving = Serving::start("http://127.0.0.1:9", "0/h").await;
    let alert =
        |name: &str, status: &str| json!({ "status": status, "labels": { "alertname": name } });
    let webhook =
        json!({ "version": "4", "alerts": [alert("A", "firing"), alert("B", "resolved")] });
    assert_eq!(
        serving
            .ask(Method::POST, "/alerts/webhook", Some(webhook))
            .await
            .status(),
        StatusCode::NO_CONTENT
    );
    let told: Value = serving
        .ask(Method::GET, "/alerts/notifications", None)
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!(told["last"], 2);
    assert_eq!(told["notifications"][1]["status"], "resolved");
    let rest: Value = serving
        .ask(Method::GET, "/alerts/notifications?since=1", None)
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!(rest["notifications"].as_array().map(Vec::len), Some(1));
    let wrong = serving
        .ask(
            Method::POST,
            "/alerts/webhook",
            Some(json!({ "alerts": 7 })),
        )
        .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

impl Serving {
    /// What the dead man's switch says.
    async fn deadman(&self) -> Value {
        let answer = self.ask(Method::GET, "/alerts/deadman", None).await;
        answer.json().await.expect("JSON")
    }

    /// A metric without labels.
    async fn gauge(&self, name: &str) -> f64 {
        let response = self
            .client
            .get(format!("http://{}/metrics", self.telemetry))
            .send()
            .await;
        let text = response.expect("an answer").text().await.expect("text");
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name} ")));
        let value = value.expect("the gauge is there from the start");
        value.parse().expect("a number")
    }
}

#[tokio::test]
async fn a_watchdog_that_stays_away_is_missed_and_drills_hear_nothing_of_it() {
    let more = ["--deadman-limit=1s", "--metrics-url=http://127.0.0.1:9"].map(str::to_owned);
    let serving = Serving::start_with("http://127.0.0.1:9", "0/h", &more).await;
    let before = serving.deadman().await;
    assert_eq!(before["state"], "waiting", "{before}");
    assert_eq!(before["last_seen"], Value::Null);
    assert!(serving.gauge("loadgen_watchdog_age_seconds").await.is_nan());

    let webhook = |alert: &str, status: &str| {
        let labels = json!({ "alertname": alert });
        Some(json!({ "alerts": [{ "status": status, "labels": labels }] }))
    };
    for (alert, status) in [("Watchdog", "resolved"), ("ServiceDown", "firing")] {
        serving
            .ask(Method::POST, "/alerts/watchdog", webhook(alert, status))
            .await;
        let unmoved = serving.deadman().await;
        assert_eq!(unmoved["state"], "waiting", "{alert} {status}: {unmoved}");
    }

    for _ in 0..2 {
        let heard = serving
            .ask(
                Method::POST,
                "/alerts/watchdog",
                webhook("Watchdog", "firing"),
            )
            .await;
        assert_eq!(heard.status(), StatusCode::NO_CONTENT);
        assert_eq!(serving.deadman().await["state"], "alive");
        assert!(serving.gauge("loadgen_deadman_silent").await.abs() < 0.5);
        until("it is missed", async || {
            serving.deadman().await["state"] == "silent"
        })
        .await;
        until("it is known who does not answer", async || {
            let view = serving.deadman().await;
            view["prometheus"]["ready"] == false && view["alertmanager"].is_null()
        })
        .await;
        assert!(serving.gauge("loadgen_deadman_silent").await > 0.5);
        assert!(serving.gauge("loadgen_watchdog_age_seconds").await > 1.0);
    }

    let told = serving
        .ask(Method::GET, "/alerts/notifications", None)
        .await;
    let told: Value = told.json().await.expect("JSON");
    assert_eq!(told["last"], 0, "{told}");
}
