//! Asking neighbours: what comes back, what is counted, what is broken on purpose.

use std::sync::Arc;
use std::time::Duration;

use chassis::faults::{Fault, Faults};
use chassis::http::client::{CallError, ClientMetrics, MAX_ANSWER_BYTES, Neighbour};
use http::StatusCode;
use prometheus_client::registry::Registry;

use crate::metrics::sample;
use crate::wait::eventually;

mod server;
mod traces;

use server::{Card, Server};

const NAME: &str = "library";

/// Long enough for a busy machine to answer in.
const PATIENT: Duration = Duration::from_secs(10);
const HURRIED: Duration = Duration::from_millis(100);
const TTL: Duration = Duration::from_mins(1);

/// A neighbour to ask, and what is counted about it.
struct Caller {
    neighbour: Neighbour,
    faults: Faults,
    registry: Registry,
}

impl Caller {
    fn of(base: &str, limit: Duration) -> Self {
        let mut registry = Registry::default();
        let metrics = ClientMetrics::register(&mut registry, &[NAME]);
        let faults = Faults::off();
        let base = base.parse().expect("a URL");
        Self {
            neighbour: Neighbour::new(NAME, &base, limit, metrics, faults.clone()),
            faults,
            registry,
        }
    }

    async fn get(&self, path: &str) -> Result<Card, CallError> {
        self.neighbour.get("/cards/{name}", path).await
    }

    /// How many calls ended so.
    fn calls(&self, status: &str, error: &str) -> Option<f64> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).expect("text");
        let series = format!(
            "http_client_request_duration_seconds_count{{http_request_method=\"GET\",\
             server_address=\"{NAME}\",http_response_status_code=\"{status}\",error_type=\"{error}\"}}"
        );
        sample(&text, &series)
    }
}

#[tokio::test]
async fn an_answer_is_read_and_counted() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    assert_eq!(caller.neighbour.name(), NAME);
    assert_eq!(caller.get("/cards/ada%20l.").await, Ok(Card::of("ada l.")));
    assert_eq!(caller.calls("200", ""), Some(1.0));
    let deeper = Caller::of(&format!("{}/behind/a/gateway/", server.url()), PATIENT);
    assert_eq!(deeper.get("/cards/ada").await, Ok(Card::of("ada")));
}

#[tokio::test]
async fn every_end_that_is_likely_exists_at_zero() {
    let caller = Caller::of("http://127.0.0.1:1", PATIENT);
    for (status, error) in [
        ("200", ""),
        ("200", "unreadable"),
        ("", "timeout"),
        ("", "unreachable"),
        ("", "cancelled"),
        ("404", "404"),
        ("429", "429"),
        ("500", "500"),
        ("503", "503"),
    ] {
        assert_eq!(caller.calls(status, error), Some(0.0), "{status} {error}");
    }
}

#[tokio::test]
async fn a_status_that_is_no_success_is_told() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    for status in [404, 503, 418, 302] {
        let answer = caller.get(&format!("/status/{status}")).await;
        let status = StatusCode::from_u16(status).expect("a status");
        assert_eq!(answer, Err(CallError::Status(status)));
        assert_eq!(caller.calls(status.as_str(), status.as_str()), Some(1.0));
    }
    assert_eq!(server.connections(), 1, "an error's connection is of use");
}

#[tokio::test]
async fn what_is_not_the_expected_json_is_unreadable() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    for path in ["/text", "/number", "/empty", "/broken"] {
        let answer = caller.get(path).await;
        assert!(
            matches!(answer, Err(CallError::Unreadable(_))),
            "{path}: {answer:?}"
        );
    }
    assert_eq!(caller.calls("200", "unreadable"), Some(4.0));
}

#[tokio::test]
async fn a_body_is_bounded() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    let most = format!("/bytes/{MAX_ANSWER_BYTES}");
    assert!(caller.get(&most).await.is_ok());
    for path in [&format!("/bytes/{}", MAX_ANSWER_BYTES + 1), "/endless"] {
        let answer = caller.get(path).await;
        let Err(CallError::Unreadable(why)) = answer else {
            panic!("{path}: {answer:?}");
        };
        assert!(why.contains("larger"), "{why}");
    }
}

#[tokio::test]
async fn a_call_has_a_time_limit_wherever_it_hangs() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), HURRIED);
    for path in ["/hangs", "/hangs-in-the-body"] {
        assert_eq!(caller.get(path).await, Err(CallError::Timeout), "{path}");
    }
    assert_eq!(caller.calls("", "timeout"), Some(2.0));
}

#[tokio::test]
async fn a_neighbour_that_is_away_is_unreachable_and_found_again() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    assert!(caller.get("/cards/ada").await.is_ok());
    let address = server.stop().await;
    let answer = caller.get("/cards/ada").await;
    assert!(
        matches!(answer, Err(CallError::Unreachable(_))),
        "{answer:?}"
    );
    assert_eq!(caller.calls("", "unreachable"), Some(1.0));
    let again = Server::start_at(address).await;
    assert_eq!(caller.get("/cards/ada").await, Ok(Card::of("ada")));
    drop(again);
}

#[tokio::test]
async fn a_connection_that_breaks_is_unreachable() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    let answer = caller.get("/breaks-in-the-body").await;
    assert!(
        matches!(answer, Err(CallError::Unreachable(_))),
        "{answer:?}"
    );
    assert_eq!(caller.calls("", "unreachable"), Some(1.0));
    assert_eq!(caller.calls("200", "unreachable"), None);
}

#[tokio::test]
async fn a_path_that_is_none_fails_alone() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    let answer = caller.get("/cards/not encoded").await;
    assert!(
        matches!(answer, Err(CallError::Unreachable(_))),
        "{answer:?}"
    );
    assert!(caller.get("/cards/ada").await.is_ok());
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_counted() {
    let server = Server::start().await;
    let caller = Arc::new(Caller::of(&server.url(), PATIENT));
    let asking = tokio::spawn({
        let caller = Arc::clone(&caller);
        async move { caller.get("/hangs").await }
    });
    eventually("the request arrives", async || {
        (server.requests() == 1).then_some(())
    })
    .await;
    asking.abort();
    assert!(asking.await.expect_err("was answered").is_cancelled());
    assert_eq!(caller.calls("", "cancelled"), Some(1.0));
}

#[tokio::test]
async fn connections_are_shared_by_calls_in_turn() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    for _ in 0..20 {
        caller.get("/cards/ada").await.expect("an answer");
    }
    assert_eq!((server.connections(), server.requests()), (1, 20));
}

fn dependency(neighbour: &str, delay_ms: u64, error_ratio: f64) -> Fault {
    Fault::Dependency {
        neighbour: neighbour.to_owned(),
        delay_ms,
        error_ratio,
    }
}

#[tokio::test]
async fn a_neighbour_can_be_cut_off_on_purpose() {
    let server = Server::start().await;
    let caller = Caller::of(&server.url(), PATIENT);
    caller.faults.put(dependency(NAME, 0, 1.0), TTL);
    let answer = caller.get("/cards/ada").await;
    let Err(CallError::Unreachable(why)) = answer else {
        panic!("{answer:?}");
    };
    assert!(
        !why.contains("fault") && !why.contains("dependency"),
        "{why}"
    );
    assert_eq!(server.requests(), 0);
    assert_eq!(caller.calls("", "unreachable"), Some(1.0));
    caller.faults.put(dependency("bakery", 0, 1.0), TTL);
    assert!(
        caller.get("/cards/ada").await.is_ok(),
        "another neighbour's"
    );
    assert_eq!(caller.faults.list()[0].strikes, 0);
}

#[tokio::test]
async fn a_neighbour_can_be_slowed_down_on_purpose() {
    let server = Server::start().await;
    let hurried = Caller::of(&server.url(), HURRIED);
    hurried.faults.put(dependency(NAME, 60_000, 0.0), TTL);
    assert_eq!(hurried.get("/cards/ada").await, Err(CallError::Timeout));
    assert_eq!(hurried.faults.list()[0].strikes, 1);
    let patient = Caller::of(&server.url(), PATIENT);
    patient.faults.put(dependency(NAME, 50, 0.0), TTL);
    let begin = std::time::Instant::now();
    assert!(patient.get("/cards/ada").await.is_ok());
    assert!(begin.elapsed() >= Duration::from_millis(50));
}
