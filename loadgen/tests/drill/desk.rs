//! Drills that `loadgen serve` runs itself, against the fakes.

use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::world::{Manners, World};

/// Long enough for a fault to begin on a slow machine.
const SOON: Duration = Duration::from_secs(40);

struct Desk {
    child: Child,
    client: Client,
    api: SocketAddr,
}

fn free() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address")
}

async fn until<T>(what: &str, mut holds: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(value) = holds().await {
            return value;
        }
        assert!(Instant::now() < deadline, "not in time: {what}");
        sleep(Duration::from_millis(50)).await;
    }
}

impl Desk {
    async fn start(world: &World, more: &[&str]) -> Self {
        let url = &world.url;
        let monitoring = [
            format!("--metrics-url={url}"),
            format!("--alertmanager-url={url}"),
            format!("--telemetry=pizza-service={url}"),
            "--faults-token=sesame".to_owned(),
        ];
        let monitoring: Vec<_> = monitoring.iter().map(String::as_str).collect();
        Self::start_with(world, &[&monitoring, more].concat()).await
    }

    async fn start_with(world: &World, more: &[&str]) -> Self {
        let (api, telemetry) = (free(), free());
        let child = Command::new(env!("CARGO_BIN_EXE_loadgen"))
            .arg("serve")
            .args([
                format!("--listen={api}"),
                format!("--telemetry-address={telemetry}"),
                format!("--pizza-url={}", world.url),
                "--baseline=0/h".to_owned(),
                "--company=no-such-folder".to_owned(),
            ])
            .args(more)
            .env_clear()
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let desk = Self {
            child,
            client: loadgen::drill::http::client(),
            api,
        };
        let ready = format!("http://{telemetry}/readyz");
        until("the desk is ready", async || {
            let answer = desk.client.get(&ready).send().await.ok()?;
            (answer.status() == StatusCode::OK).then_some(())
        })
        .await;
        desk
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let url = format!("http://{}{path}", self.api);
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.expect("an answer")
    }

    async fn order(&self, scenario: &str) -> Response {
        let body = json!({ "scenario": scenario, "seed": 3 });
        self.ask(Method::POST, "/drills", Some(body)).await
    }

    async fn json(&self, path: &str) -> Value {
        let answer = self.ask(Method::GET, path, None).await;
        answer.json().await.expect("JSON")
    }
}

/// The code and the detail of a problem.
async fn problem(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.expect("JSON");
    (status, problem["detail"].as_str().unwrap_or("").to_owned())
}

#[tokio::test]
async fn a_drill_is_ordered_watched_and_stopped() {
    let world = World::start(Manners::default()).await;
    let desk = Desk::start(&world, &[]).await;
    let answer = desk.order("blip").await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let place = answer.headers()["location"].to_str().expect("text");
    let place = place.to_owned();
    let ordered: Value = answer.json().await.expect("JSON");
    let id = ordered["id"].as_str().expect("an id").to_owned();
    assert_eq!(place, format!("/drills/{id}"));
    assert_eq!(
        (&ordered["state"], &ordered["seed"]),
        (&json!("running"), &json!(3))
    );

    let (status, detail) = problem(desk.order("blip").await).await;
    assert_eq!(status, 409);
    assert!(detail.contains(&id), "{detail}");
    let report = format!("{place}/report.html");
    let early = problem(desk.ask(Method::GET, &report, None).await).await;
    assert_eq!(early.0, 409);

    until("the fault is on", async || world.broken()).await;
    let stopped = desk.ask(Method::DELETE, &place, None).await;
    assert_eq!(stopped.status(), StatusCode::ACCEPTED);
    let whole = until("it is over", async || {
        let whole = desk.json(&place).await;
        (whole["state"] == "over").then_some(whole)
    })
    .await;
    assert_eq!(world.broken(), None, "the fault is taken back");
    assert_eq!(whole["verdict"], "INTERRUPTED");
    assert_eq!(whole["record"]["drill_id"], json!(id));
    let events = whole["events"].as_array().expect("events");
    let names: Vec<_> = events
        .iter()
        .filter_map(|it| it["event"].as_str())
        .collect();
    for event in ["drill_started", "phase", "fault_on", "fault_off", "verdict"] {
        assert!(names.contains(&event), "{event} in {names:?}");
    }
    let visits = world.state.inner.lock().visits.clone();
    assert!(visits[&id] > 0, "its customers carry its id: {visits:?}");

    let again = problem(desk.ask(Method::DELETE, &place, None).await).await;
    assert_eq!(again.0, 409, "it is over already");
    let page = desk.ask(Method::GET, &report, None).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.expect("text").contains("blip"));
    assert_eq!(desk.json("/drills").await["drills"][0]["id"], json!(id));
}

/// Everything until that event.
async fn hear(stream: &mut Response, event: &str) -> String {
    let mut heard = String::new();
    let listening = async {
        while !heard.contains(&format!("event: {event}\n")) {
            let chunk = stream.chunk().await.expect("it goes on");
            heard.push_str(&String::from_utf8_lossy(&chunk.expect("more")));
        }
    };
    let heard_it = tokio::time::timeout(SOON, listening).await;
    assert!(heard_it.is_ok(), "no {event} in time: {heard}");
    heard
}

#[tokio::test]
async fn what_happens_is_told_as_it_happens() {
    let world = World::start(Manners::default()).await;
    let desk = Desk::start(&world, &[]).await;
    let events = format!("http://{}/events", desk.api);
    let mut stream = Client::new().get(&events).send().await.expect("a stream");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    desk.order("blip").await;
    let heard = hear(&mut stream, "fault_on").await;
    for event in ["drill_started", "phase", "load", "baseline"] {
        assert!(
            heard.contains(&format!("event: {event}\n")),
            "{event}: {heard}"
        );
    }
    let first = heard.lines().find_map(|line| line.strip_prefix("id: "));
    let again = Client::new()
        .get(&events)
        .header("last-event-id", first.expect("an id"));
    let mut again = again.send().await.expect("a stream");
    let missed = hear(&mut again, "fault_on").await;
    assert!(
        !missed.contains("event: drill_started\n"),
        "heard before: {missed}"
    );
}

#[tokio::test]
async fn the_desk_s_end_takes_the_faults_back() {
    let world = World::start(Manners::default()).await;
    let mut desk = Desk::start(&world, &[]).await;
    desk.order("blip").await;
    until("the fault is on", async || world.broken()).await;
    let pid = desk.child.id().and_then(|id| i32::try_from(id).ok());
    let pid = pid.and_then(Pid::from_raw).expect("it runs");
    kill_process(pid, Signal::TERM).expect("it is ours");
    let ended = tokio::time::timeout(SOON, desk.child.wait()).await;
    assert!(ended.expect("in time").expect("it ends").success());
    assert_eq!(world.broken(), None);
}

#[tokio::test]
async fn starting_and_stopping_ask_for_the_token_and_looking_does_not() {
    let world = World::start(Manners::default()).await;
    let desk = Desk::start(&world, &["--drills-token=open"]).await;
    let refused = desk.order("blip").await;
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    assert_eq!(problem(refused).await.0, 401);
    let nowhere = format!("/drills/{}", uuid::Uuid::nil());
    assert_eq!(
        problem(desk.ask(Method::DELETE, &nowhere, None).await)
            .await
            .0,
        401
    );
    assert_eq!(
        problem(desk.ask(Method::GET, &nowhere, None).await).await.0,
        404
    );
    let body = json!({ "scenario": "blip" });
    let request = desk.client.post(format!("http://{}/drills", desk.api));
    let request = request.bearer_auth("open").json(&body);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn what_cannot_be_drilled_is_refused_with_a_reason() {
    let world = World::start(Manners::default()).await;
    let desk = Desk::start(&world, &[]).await;
    for (body, status) in [
        (json!({ "scenario": "no-such" }), 404),
        (json!({ "scenario": "../../etc/passwd" }), 404),
        (json!({ "scenario": 7 }), 422),
        (json!({ "scenario": "crash", "more": 1 }), 422),
    ] {
        let answer = desk.ask(Method::POST, "/drills", Some(body)).await;
        assert_eq!(problem(answer).await.0, status);
    }
    // Somebody else's drill has the turn.
    let turn = json!({ "drill_id": "elsewhere", "ttl_seconds": 60 });
    desk.ask(Method::PUT, "/lease", Some(turn)).await;
    let (status, detail) = problem(desk.order("blip").await).await;
    assert!(status == 409 && detail.contains("elsewhere"), "{detail}");

    let blind = Desk::start_with(&world, &["--faults-token=sesame"]).await;
    let (status, detail) = problem(blind.order("blip").await).await;
    assert!(status == 503 && detail.contains("METRICS_URL"), "{detail}");
    let url = &world.url;
    let (metrics, alerts) = (
        format!("--metrics-url={url}"),
        format!("--alertmanager-url={url}"),
    );
    let harmless = Desk::start_with(&world, &[&metrics, &alerts]).await;
    let (status, detail) = problem(harmless.order("blip").await).await;
    assert!(status == 503 && detail.contains("FAULTS_TOKEN"), "{detail}");
}

#[tokio::test]
async fn the_catalogue_is_told() {
    let world = World::start(Manners::default()).await;
    let desk = Desk::start(&world, &[]).await;
    let all = desk.json("/scenarios").await;
    let all = all["scenarios"].as_array().expect("scenarios");
    let named = |name: &str| {
        all.iter()
            .find(|it| it["name"] == name)
            .expect("it is there")
    };
    let burst = named("error-burst");
    assert_eq!(burst["faults"][0]["kind"], "error");
    assert_eq!(burst["stays_silent"], false);
    assert_eq!(named("baseline")["stays_silent"], true);
    let one = desk.json("/scenarios/error-burst").await;
    assert!(
        one["toml"]
            .as_str()
            .is_some_and(|toml| toml.contains("[[faults]]"))
    );
    assert_eq!(one["summary"], burst["summary"]);
}
