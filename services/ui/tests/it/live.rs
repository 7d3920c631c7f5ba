//! Streams: one from the service, for all pages.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::body::{Body, BodyDataStream, Bytes};
use company_tests::until;
use futures::StreamExt as _;
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tower::ServiceExt as _;

use crate::app::TestApp;
use crate::neighbour::{Came, Neighbour};

const SOON: Duration = Duration::from_secs(20);

/// A tracker whose stream says what it is told to say.
struct Tracker {
    neighbour: Neighbour,
    says: broadcast::Sender<Bytes>,
}

impl Tracker {
    async fn start() -> Result<Self> {
        let (says, _) = broadcast::channel(100);
        let telling = says.clone();
        let neighbour = Neighbour::start(move |came: &Came| {
            if came.line != "GET /vehicles/stream" {
                return Response::new(Body::from("{}"));
            }
            let words = futures::stream::unfold(telling.subscribe(), async |mut words| {
                let word: Bytes = words.recv().await.ok()?;
                if word.is_empty() {
                    return None;
                }
                Some((Ok::<_, Infallible>(word), words))
            });
            let hello = vehicles("vehicles", &[("City Truck", 1)]);
            let hello = futures::stream::iter([Ok(hello)]);
            Response::new(Body::from_stream(hello.chain(words)))
        })
        .await?;
        Ok(Self { neighbour, says })
    }

    /// How often its stream was asked for.
    fn listeners(&self) -> usize {
        let came = self.neighbour.came();
        came.iter()
            .filter(|came| came.line == "GET /vehicles/stream")
            .count()
    }

    fn app(&self) -> Result<TestApp> {
        TestApp::with(&[&format!("--tracker-url={}", self.neighbour.url)])
    }
}

fn vehicles(event: &str, vans: &[(&str, u32)]) -> Bytes {
    let vans: Vec<Value> = vans.iter().map(|(name, x)| van(name, *x)).collect();
    format!("event: {event}\ndata: {}\n\n", json!({ "vehicles": vans })).into()
}

fn van(name: &str, x: u32) -> Value {
    json!({ "name": name, "position": { "x": x } })
}

/// A page that listens.
struct Page {
    body: BodyDataStream,
    text: String,
}

impl Page {
    async fn open(app: &TestApp, path: &str) -> Result<Self> {
        let request = Request::get(path).body(Body::empty())?;
        let answer = app.router.clone().oneshot(request).await?;
        anyhow::ensure!(answer.status() == 200, "{}", answer.status());
        anyhow::ensure!(answer.headers()["content-type"] == "text/event-stream");
        Ok(Self {
            body: answer.into_body().into_data_stream(),
            text: String::new(),
        })
    }

    /// Reads until it has heard this.
    async fn hears(&mut self, wanted: &str) -> Result<()> {
        let reading = async {
            while !self.text.contains(wanted) {
                let piece = self.body.next().await.context("the stream has ended")??;
                self.text.push_str(&String::from_utf8_lossy(&piece));
            }
            Ok(())
        };
        let heard = tokio::time::timeout(SOON, reading).await;
        heard.with_context(|| format!("{wanted} in {}", self.text))?
    }
}

#[tokio::test]
async fn all_pages_hear_what_one_listener_hears() -> Result<()> {
    let tracker = Tracker::start().await?;
    let app = tracker.app()?;
    let mut pages = Vec::new();
    for _ in 0..50 {
        pages.push(Page::open(&app, "/api/vehicles/stream").await?);
    }
    for page in &mut pages {
        page.hears("City Truck").await?;
    }
    tracker
        .says
        .send(vehicles("positions", &[("City Truck", 2), ("Van 2", 3)]))?;
    for page in &mut pages {
        page.hears(r#""x":3"#).await?;
    }
    assert_eq!(tracker.listeners(), 1);

    let mut late = Page::open(&app, "/api/vehicles/stream").await?;
    late.hears("\n\n").await?;
    late.hears("Van 2").await?;
    let all = json!({ "vehicles": [van("City Truck", 2), van("Van 2", 3)] });
    assert!(
        late.text
            .contains(&format!("event: vehicles\ndata: {all}\n")),
        "{}",
        late.text
    );
    assert!(late.text.contains(r#"{"up":true}"#));
    Ok(())
}

#[tokio::test]
async fn pages_stay_when_the_service_goes_and_comes_back() -> Result<()> {
    let tracker = Tracker::start().await?;
    let app = tracker.app()?;
    let mut page = Page::open(&app, "/api/vehicles/stream").await?;
    page.hears("City Truck").await?;
    page.text.clear();
    // An empty word ends the stream.
    tracker.says.send(Bytes::new())?;
    page.hears(r#"{"up":false}"#).await?;
    page.hears(r#"{"up":true}"#).await?;
    page.hears("City Truck").await?;
    Ok(())
}

#[tokio::test]
async fn a_page_is_told_that_the_service_is_away() -> Result<()> {
    let app = TestApp::with(&[])?;
    for path in ["/api/vehicles/stream", "/api/events"] {
        Page::open(&app, path)
            .await?
            .hears(r#"{"up":false}"#)
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn streams_have_a_limit_and_end_with_the_service() -> Result<()> {
    let app = TestApp::with(&["--stream-limit=2"])?;
    let mut first = Page::open(&app, "/api/events").await?;
    let second = Page::open(&app, "/api/events").await?;
    app.get("/api/events")
        .await?
        .problem(503, "too_many_streams");
    drop(second);
    let again = Arc::new(tokio::sync::Mutex::new(None));
    until("its place is free", SOON, async || {
        let page = Page::open(&app, "/api/events").await.ok()?;
        again.lock().await.replace(page).is_none().then_some(())
    })
    .await?;
    app.stop.request();
    while first.body.next().await.is_some() {}
    Ok(())
}
