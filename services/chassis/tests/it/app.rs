//! A small service whose handlers do what a test needs, with a method for each thing to ask.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use chassis::config::{FaultsConfig, HttpConfig};
use chassis::faults::Faults;
use chassis::http::observe::{Observer, Outcome};
use chassis::http::{Declared, HttpMetrics, Stack};
use chassis::problem::extract::{Json, Path, Query};
use chassis::telemetry::{Readiness, Telemetry, TelemetryPort};
use clap::Parser;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use parking_lot::Mutex;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tower::ServiceExt as _;
use utoipa::{OpenApi, ToSchema};

pub(crate) const TOKEN: &str = "open-sesame";

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    http: HttpConfig,
    #[command(flatten)]
    faults: FaultsConfig,
}

/// The settings that these flags make.
pub(crate) fn http_config(flags: &[&str]) -> HttpConfig {
    Settings::parse_from([&["app"], flags].concat()).http
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    items: Vec<Item>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    quantity: u8,
}

#[derive(Deserialize)]
struct Page {
    limit: u8,
}

#[derive(OpenApi)]
#[openapi(paths(hello, order, item))]
struct Api;

#[utoipa::path(get, path = "/hello", responses((status = 200)))]
async fn hello() -> &'static str {
    "hello"
}

#[utoipa::path(post, path = "/orders", responses((status = 200), (status = 422)))]
async fn order(Json(order): Json<Order>) -> axum::Json<Order> {
    axum::Json(order)
}

#[utoipa::path(get, path = "/items/{number}", responses((status = 200), (status = 400)))]
async fn item(Path(number): Path<u32>, Query(page): Query<Page>) -> String {
    format!("{number} {}", page.limit)
}

/// The service under test.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) telemetry: Router,
    pub(crate) faults: Faults,
    /// Lets requests to `/gate` go on.
    pub(crate) gate: Arc<Notify>,
    /// What the service's observer was told: method, route, status, error code.
    pub(crate) outcomes: Arc<Mutex<Vec<String>>>,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl App {
    /// A service with these flags.
    pub(crate) fn new(flags: &[&str]) -> Self {
        Self::with_token(flags, Some(TOKEN))
    }

    pub(crate) fn with_token(flags: &[&str], token: Option<&str>) -> Self {
        Self::build(flags, token, Declared::AtOnce)
    }

    pub(crate) fn declaring(declared: Declared) -> Self {
        Self::build(&[], Some(TOKEN), declared)
    }

    fn build(flags: &[&str], token: Option<&str>, declared: Declared) -> Self {
        let mut telemetry = Telemetry::silent();
        let faults = Faults::new(token.map(SecretString::from));
        let gate = Arc::new(Notify::new());
        let outcomes = Arc::<Mutex<Vec<String>>>::default();
        let stack = Stack {
            metrics: HttpMetrics::register(
                &mut telemetry.registry,
                &Api::openapi(),
                declared,
                false,
            ),
            faults: faults.clone(),
            observer: observer(Arc::clone(&outcomes)),
            telemetry: telemetry.requests,
            max_body_bytes: 1024,
        };
        let router = stack.around(routes(Arc::clone(&gate)), &http_config(flags));
        let readiness = Readiness::default();
        readiness.set(true);
        let port = TelemetryPort {
            readiness,
            log_level: telemetry.log_level.clone(),
            faults: faults.clone(),
            registry: telemetry.into_registry(),
        };
        Self {
            router,
            telemetry: port.router(),
            faults,
            gate,
            outcomes,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), "").await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request, body).await
    }

    pub(crate) async fn send(
        &self,
        request: http::request::Builder,
        body: impl Into<Body>,
    ) -> Answer {
        let request = request.body(body.into()).expect("a request");
        read(
            self.router
                .clone()
                .oneshot(request)
                .await
                .expect("infallible"),
        )
        .await
    }

    /// One sample of `/metrics`, by its name and labels as they are written there.
    pub(crate) async fn metric(&self, sample: &str) -> Option<f64> {
        let text = self.ask("GET", "/metrics", None).await.body;
        crate::metrics::sample(&text, sample)
    }

    /// Puts a fault in force, which must be accepted.
    pub(crate) async fn put_fault(&self, kind: &str, body: &str) -> serde_json::Value {
        let answer = self
            .fault("PUT", &format!("/{kind}"), Some(TOKEN), body)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        serde_json::from_str(&answer.body).expect("JSON")
    }

    pub(crate) async fn fault(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/faults{path}"))
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request
            .body(Body::from(body.to_owned()))
            .expect("a request");
        read(
            self.telemetry
                .clone()
                .oneshot(request)
                .await
                .expect("infallible"),
        )
        .await
    }

    /// Asks the telemetry port.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let body = Body::from(body.unwrap_or("").to_owned());
        let request = Request::builder().method(method).uri(path).body(body);
        let response = self.telemetry.clone().oneshot(request.expect("a request"));
        read(response.await.expect("infallible")).await
    }

    /// How often each fault in force has struck, by kind.
    pub(crate) fn strikes(&self) -> Vec<(chassis::faults::Kind, u64)> {
        let listed = self.faults.list().into_iter();
        listed.map(|fault| (fault.kind, fault.strikes)).collect()
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// The problem's code; fails when the answer is not a problem of its own status.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        let code = problem["code"].as_str().expect("a code").to_owned();
        assert_eq!(problem["type"], format!("urn:firedrill:problem:{code}"));
        assert!(problem["title"].is_string());
        code
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

fn observer(outcomes: Arc<Mutex<Vec<String>>>) -> Observer {
    Observer::new(move |outcome: Outcome<'_>| {
        outcomes.lock().push(format!(
            "{} {} {} {}",
            outcome.method,
            outcome.route,
            outcome.status.as_u16(),
            outcome.error_code.unwrap_or("-")
        ));
    })
}

fn routes(gate: Arc<Notify>) -> Router {
    Router::new()
        .route("/hello", get(hello))
        .route("/orders", post(order))
        .route("/items/{number}", get(item))
        .route("/gate", get(async move || gate.notified().await))
        .route(
            "/sleep",
            get(async || tokio::time::sleep(Duration::from_mins(10)).await),
        )
        .route("/panic", get(panics))
        .route("/bare/{status}", get(bare))
}

async fn panics() -> &'static str {
    panic!("the secret recipe is lost")
}

/// What a library's middleware might answer: plain text, with headers that mean something.
async fn bare(Path(status): Path<u16>) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "text/plain")
        .header("www-authenticate", "Bearer")
        .header("www-authenticate", "Basic")
        .header("retry-after", "7")
        .header("x-internal", "table orders")
        .body(Body::from("SELECT * FROM orders failed"))
        .expect("a response")
}

async fn read(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(bytes.to_vec()).expect("UTF-8"),
    }
}
