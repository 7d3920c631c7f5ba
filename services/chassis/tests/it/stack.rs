//! The middleware, and the order that its documentation promises.

use http::{Request, StatusCode};

use crate::app::{Answer, App};
use crate::wait::eventually;

const ACTIVE: &str = "http_server_active_requests";

fn count(route: &str, status: u16) -> String {
    format!(
        "http_server_request_duration_seconds_count{{http_request_method=\"GET\",\
         http_route=\"{route}\",http_response_status_code=\"{status}\"}}"
    )
}

fn rejected(reason: &str) -> String {
    format!("http_server_requests_rejected_total{{reason=\"{reason}\"}}")
}

/// Asks until it is one request too many: a slow one before them gives back some of the share.
async fn refused(app: &App) -> Answer {
    for _ in 0..100 {
        let answer = app.get("/hello").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return answer;
        }
    }
    panic!("100 requests and none too many");
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_the_security_headers() {
    let app = App::new(&["--rate-limit=6"]);
    for path in [
        "/hello",
        "/nothing",
        "/panic",
        "/bare/401",
        "/items/x",
        "/bare/302",
        "/hello",
    ] {
        let answer = app.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path} {}", answer.status);
        }
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
    }
    let refused = refused(&app).await;
    assert_eq!(refused.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn a_clients_request_id_comes_back_if_it_is_a_plain_word() {
    let app = App::new(&[]);
    let id = |id: &str| Request::get("/hello").header("x-request-id", id);
    let kept = app.send(id("drill-7.a_b"), "").await;
    assert_eq!(kept.header("x-request-id"), "drill-7.a_b");
    let replaced = app.send(id("<script>"), "").await;
    assert_eq!(replaced.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn the_rate_limit_refuses_with_a_time_to_wait_and_is_counted() {
    let app = App::new(&["--rate-limit=2"]);
    assert_eq!(app.metric(&rejected("rate_limited")).await, Some(0.0));
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
    let refused = app.get("/hello").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.problem(), "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(app.metric(&rejected("rate_limited")).await, Some(1.0));
    // Observed although it was refused: observe is outside.
    assert_eq!(app.metric(&count("/hello", 429)).await, Some(1.0));
    eventually("the client's share grows again", async || {
        (app.get("/hello").await.status == StatusCode::OK).then_some(())
    })
    .await;
}

#[tokio::test]
async fn no_rate_limit_is_no_rate_limit() {
    let app = App::new(&["--rate-limit=0"]);
    for _ in 0..2000 {
        assert_eq!(app.get("/hello").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn one_client_is_limited_and_another_is_not() {
    let app = App::new(&["--rate-limit=1", "--trusted-proxies=1"]);
    let from = |address: &str| Request::get("/hello").header("x-forwarded-for", address);
    assert_eq!(
        app.send(from("203.0.113.1"), "").await.status,
        StatusCode::OK
    );
    assert_eq!(
        app.send(from("6.6.6.6, 203.0.113.1"), "").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(
        app.send(from("203.0.113.2"), "").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn one_request_too_many_at_once_is_shed_and_leaves_no_trace_of_itself() {
    let app = App::new(&["--max-active-requests=2"]);
    assert_eq!(
        app.metric("http_server_active_requests_limit").await,
        Some(2.0)
    );
    let held: Vec<_> = (0..2)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { app.get("/gate").await.status })
        })
        .collect();
    eventually("two requests wait", async || {
        (app.metric(ACTIVE).await == Some(2.0)).then_some(())
    })
    .await;
    for _ in 0..3 {
        let shed = app.get("/hello").await;
        assert_eq!(shed.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(shed.problem(), "overloaded");
        assert_eq!(shed.header("retry-after"), "1");
    }
    assert_eq!(app.metric(&rejected("overloaded")).await, Some(3.0));
    app.gate.notify_waiters();
    for request in held {
        assert_eq!(request.await.expect("ends"), StatusCode::OK);
    }
    assert_eq!(app.metric(ACTIVE).await, Some(0.0));
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refused_request_takes_no_place() {
    // The rate limit comes before the concurrency limit: what it refuses is not also shed.
    let app = App::new(&["--rate-limit=1", "--max-active-requests=1"]);
    let held = tokio::spawn({
        let app = app.clone();
        async move { app.get("/gate").await.status }
    });
    eventually("a request waits", async || {
        (app.metric(ACTIVE).await == Some(1.0)).then_some(())
    })
    .await;
    assert_eq!(
        app.get("/hello").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(app.metric(&rejected("overloaded")).await, Some(0.0));
    app.gate.notify_waiters();
    assert_eq!(held.await.expect("ends"), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_is_cut_off_and_its_place_given_back() {
    let app = App::new(&["--request-timeout=2", "--max-active-requests=1"]);
    for _ in 0..2 {
        let begin = tokio::time::Instant::now();
        let answer = app.get("/sleep").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.problem(), "timeout");
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(begin.elapsed().as_secs(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_holds_over_what_is_broken_on_purpose() {
    let app = App::new(&["--request-timeout=2"]);
    app.put_fault("hang", r#"{"ttl_seconds":60}"#).await;
    assert_eq!(app.get("/hello").await.problem(), "timeout");
    app.put_fault("latency", r#"{"ttl_seconds":60,"delay_ms":5000}"#)
        .await;
    assert_eq!(app.get("/hello").await.problem(), "timeout");
}

#[tokio::test]
async fn what_is_refused_is_not_struck() {
    let app = App::new(&["--rate-limit=1"]);
    app.put_fault("error", r#"{"ttl_seconds":60,"status":502}"#)
        .await;
    assert_eq!(app.get("/hello").await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(
        app.get("/hello").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(app.strikes(), [(chassis::faults::Kind::Error, 1)]);
}

#[tokio::test]
async fn a_panic_is_measured_and_gives_its_place_back() {
    let app = App::new(&["--max-active-requests=1"]);
    for _ in 0..3 {
        assert_eq!(app.get("/panic").await.problem(), "internal_error");
    }
    assert_eq!(app.metric(&count("/panic", 500)).await, Some(3.0));
    assert_eq!(app.metric(ACTIVE).await, Some(0.0));
}

#[tokio::test]
async fn the_observer_is_told_how_each_request_ended() {
    let app = App::new(&["--rate-limit=4"]);
    for path in ["/hello", "/nothing", "/panic", "/items/x"] {
        app.get(path).await;
    }
    refused(&app).await;
    let outcomes = app.outcomes.lock();
    assert_eq!(
        outcomes[..4],
        [
            "GET /hello 200 -",
            "GET  404 not_found",
            "GET /panic 500 internal_error",
            "GET /items/{number} 400 bad_path",
        ]
    );
    assert_eq!(
        outcomes.last().map(String::as_str),
        Some("GET /hello 429 rate_limited")
    );
}
