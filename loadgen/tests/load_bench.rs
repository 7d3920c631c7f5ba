//! The closed loop, and the check of the generator itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderValue, Method, header};
use loadgen::bench::{
    BenchConfig, BenchReport, GeneratorConfig, generator_check, run, trivial_server,
};

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn config(url: &str) -> BenchConfig {
    BenchConfig::get(
        url.parse().expect("an address"),
        4,
        Duration::from_millis(300),
    )
}

/// A server with more to say than the trivial one.
async fn talkative() -> String {
    let chunked = || async {
        let chunks = ["one", "two", "three"].map(|text| Ok::<_, std::io::Error>(Bytes::from(text)));
        Body::from_stream(futures::stream::iter(chunks))
    };
    let closing = || async { ([(header::CONNECTION, "close")], "bye") };
    let echo = |headers: http::HeaderMap, body: String| async move {
        let is_json = headers.get(header::CONTENT_TYPE)
            == Some(&HeaderValue::from_static("application/json"));
        let status = if is_json && body == "{\"n\":1}" {
            StatusCode::CREATED
        } else {
            StatusCode::BAD_REQUEST
        };
        status.into_response()
    };
    let router = Router::new()
        .route("/chunked", get(chunked))
        .route("/closing", get(closing))
        .route("/large", get(|| async { vec![b'x'; 300_000] }))
        .route("/echo", post(echo));
    let listener = tokio::net::TcpListener::bind(ANY_PORT)
        .await
        .expect("a port");
    let address = listener.local_addr().expect("its number");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the measurement blocks, and a test starts few"
)]
async fn measured(config: BenchConfig) -> BenchReport {
    let asking = tokio::task::spawn_blocking(move || run(&config));
    asking.await.expect("no panic").expect("a report")
}

#[test]
fn it_counts_what_the_server_counts() {
    let server = trivial_server(ANY_PORT).expect("a server");
    let report = run(&config(&server.url())).expect("a report");
    assert!(report.requests > 100, "{report:?}");
    assert_eq!((report.non_2xx, report.errors), (0, 0));
    assert_eq!(report.latency.count, report.requests);
    // At the end each connection may have one request that the report no longer counts.
    let unanswered = server.requests() - report.requests;
    assert!(unanswered <= 4, "{unanswered}");
    let mut text = Vec::new();
    report.write_text(&mut text).expect("memory takes all");
    let text = String::from_utf8(text).expect("text");
    let rate = text
        .trim_end()
        .lines()
        .last()
        .and_then(|line| line.strip_suffix(" requests/s"));
    let rate: f64 = rate
        .and_then(|rate| rate.parse().ok())
        .expect("the last line is the rate");
    assert!((rate - report.requests_per_second()).abs() <= 0.5);
}

#[tokio::test]
async fn a_stall_hides_in_the_closed_loop() {
    let server = trivial_server(ANY_PORT).expect("a server");
    let asked = BenchConfig {
        duration: Duration::from_secs(2),
        ..config(&server.url())
    };
    let asking = tokio::spawn(measured(asked));
    while server.requests() < 100 {
        assert!(!asking.is_finished(), "nobody asks");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    server.pause();
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.resume();
    let report = asking.await.expect("no panic");
    // Half of the time nobody was served; the closed loop saw four slow answers. The open model's
    // own test shows them all.
    assert!(report.latency.max_ms >= 900.0, "{report:?}");
    assert!(report.latency.p90_ms < 250.0, "{report:?}");
}

#[tokio::test]
async fn bodies_of_every_kind_are_read_to_their_end() {
    let url = talkative().await;
    for (path, least_bytes) in [("chunked", 11), ("large", 300_000), ("closing", 3)] {
        let report = measured(config(&format!("{url}/{path}"))).await;
        assert!(report.requests >= 4, "{path}: {report:?}");
        assert_eq!((report.non_2xx, report.errors), (0, 0), "{path}");
        assert!(
            report.bytes >= report.requests * least_bytes,
            "{path}: {report:?}"
        );
    }
}

#[tokio::test]
async fn a_json_body_is_posted_and_other_answers_are_counted_apart() {
    let url = talkative().await;
    let mut asked = config(&format!("{url}/echo"));
    asked.method = Method::POST;
    asked.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    asked.body = Bytes::from_static(b"{\"n\":1}");
    let good = measured(asked.clone()).await;
    assert!(good.requests > 0);
    assert_eq!((good.non_2xx, good.errors), (0, 0));
    let bad = measured(BenchConfig {
        body: Bytes::from_static(b"{}"),
        ..asked
    })
    .await;
    assert!(bad.requests > 0);
    assert_eq!((bad.non_2xx, bad.errors), (bad.requests, 0));
}

#[test]
fn nobody_there_is_counted_as_errors() {
    // The port "discard", which the system gives to no caller and no test.
    let report = run(&config("http://127.0.0.1:9/")).expect("a report");
    assert_eq!(report.requests, 0);
    assert!(report.errors > 0);
    assert!(report.requests_per_second().abs() < f64::EPSILON);
}

#[tokio::test]
async fn the_generator_keeps_a_schedule_and_says_so() {
    let server = trivial_server(ANY_PORT).expect("a server");
    let config = GeneratorConfig {
        rate: "300/s".parse().expect("a rate"),
        lasts: "1s".parse().expect("a span"),
    };
    let url = server.url().parse().expect("an address");
    let report = generator_check(config, &url).await.expect("a report");
    assert_eq!(report.counts.sent, report.counts.intended);
    assert_eq!(report.counts.completed, server.requests());
    assert!((200..400).contains(&report.counts.intended), "{report:?}");
    assert_eq!(report.lag.count, report.counts.sent);

    // Beyond the caps it refuses; with a server that answers nobody it says what fell short.
    drop(server);
    let report = generator_check(config, &url).await.expect("a report");
    assert!(
        report
            .shortfalls()
            .iter()
            .any(|line| line.contains("not answered well")),
        "{report:?}"
    );
}
