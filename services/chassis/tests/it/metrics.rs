//! `/metrics`: every series from the start, closed label sets, valid OpenMetrics.

use std::collections::HashSet;

use chassis::http::Declared;
use http::{Method, Request, StatusCode};

use crate::app::App;

/// One sample's value, by its name and labels as they are written; labels in any order.
pub(crate) fn sample(text: &str, wanted: &str) -> Option<f64> {
    let wanted = parts(wanted);
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            line.split_once(" # ")
                .map_or(line, |(sample, _exemplar)| sample)
        })
        .filter_map(|line| line.rsplit_once(' '))
        .find(|(series, _)| parts(series) == wanted)
        .and_then(|(_, value)| value.parse().ok())
}

fn parts(series: &str) -> (&str, HashSet<&str>) {
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let labels = labels.trim_end_matches('}').split("\",");
    (
        name,
        labels.map(|label| label.trim_end_matches('"')).collect(),
    )
}

fn requests(method: &str, route: &str, status: u16) -> String {
    format!(
        "http_server_request_duration_seconds_count{{http_route=\"{route}\",\
         http_request_method=\"{method}\",http_response_status_code=\"{status}\"}}"
    )
}

#[tokio::test]
async fn every_declared_answer_exists_at_zero() {
    let app = App::new(&[]);
    for (method, route, statuses) in [
        ("GET", "/hello", &[200, 500, 503][..]),
        ("POST", "/orders", &[200, 422, 500, 503]),
        ("GET", "/items/{number}", &[200, 400, 500, 503]),
        ("GET", "", &[404, 405, 500, 503]),
        ("POST", "", &[404, 405]),
        ("DELETE", "", &[404, 405]),
    ] {
        for status in statuses {
            let series = requests(method, route, *status);
            assert_eq!(app.metric(&series).await, Some(0.0), "{series}");
        }
    }
    assert_eq!(
        app.metric(&requests("GET", "/hello", 405)).await,
        None,
        "cannot occur"
    );
}

#[tokio::test]
async fn where_most_routes_go_unused_their_series_begin_with_the_first_request() {
    let app = App::declaring(Declared::WhenUsed);
    for (method, route) in [("GET", "/hello"), ("GET", "/items/{number}"), ("GET", "")] {
        let series = requests(method, route, 500);
        assert_eq!(app.metric(&series).await, None, "{series}");
    }
    app.get("/hello").await;
    for (status, expected) in [(200, 1.0), (500, 0.0), (503, 0.0)] {
        let series = requests("GET", "/hello", status);
        assert_eq!(app.metric(&series).await, Some(expected), "{series}");
    }
    let other = requests("GET", "/items/{number}", 200);
    assert_eq!(app.metric(&other).await, None, "nobody asked for it");
}

#[tokio::test]
async fn a_request_is_counted_under_its_route_and_never_its_path() {
    let app = App::new(&[]);
    for path in [
        "/items/1?limit=1",
        "/items/2?limit=1",
        "/hello",
        "/etc/passwd",
        "/.git/config",
    ] {
        app.get(path).await;
    }
    assert_eq!(
        app.metric(&requests("GET", "/items/{number}", 200)).await,
        Some(2.0)
    );
    assert_eq!(app.metric(&requests("GET", "/hello", 200)).await, Some(1.0));
    assert_eq!(app.metric(&requests("GET", "", 404)).await, Some(2.0));
    let text = app.ask("GET", "/metrics", None).await.body;
    assert!(!text.contains("passwd"), "a raw path became a label");
}

#[tokio::test]
async fn a_method_that_a_route_does_not_have_is_counted_without_it() {
    let app = App::new(&[]);
    let delete = Request::builder().method(Method::DELETE).uri("/hello");
    assert_eq!(
        app.send(delete, "").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    app.get("/orders").await;
    assert_eq!(app.metric(&requests("DELETE", "", 405)).await, Some(1.0));
    assert_eq!(app.metric(&requests("GET", "", 405)).await, Some(1.0));
    assert_eq!(app.metric(&requests("DELETE", "/hello", 405)).await, None);
}

#[tokio::test]
async fn a_made_up_method_is_other() {
    let app = App::new(&[]);
    for method in ["BREW", "PROPFIND", "get"] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = app
            .send(Request::builder().method(method).uri("/hello"), "")
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(app.metric(&requests("_OTHER", "", 405)).await, Some(3.0));
    let text = app.ask("GET", "/metrics", None).await.body;
    assert!(!text.contains("BREW"), "a client made up a label");
}

#[tokio::test]
async fn the_answer_is_openmetrics() {
    let answer = App::new(&[]).ask("GET", "/metrics", None).await;
    assert_eq!(
        answer.header("content-type"),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    assert!(answer.body.ends_with("# EOF\n"), "{}", answer.body);
}

#[tokio::test]
async fn the_telemetry_port_answers_problems_too() {
    let app = App::new(&[]);
    assert_eq!(app.ask("GET", "/livez", None).await.body, "alive\n");
    assert_eq!(app.ask("GET", "/readyz", None).await.body, "ready\n");
    assert_eq!(
        app.ask("GET", "/nothing", None).await.problem(),
        "not_found"
    );
    let wrong = app.ask("POST", "/metrics", None).await;
    assert_eq!(wrong.problem(), "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
    let level = app.ask("PUT", "/log-level", Some("chassis=loud")).await;
    assert_eq!(level.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(level.problem(), "invalid_request");
}
