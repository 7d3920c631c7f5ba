//! `/faults`: who may, what is refused, what is listed; and the faults that strike requests.

use std::time::Duration;

use chassis::faults::Kind;
use http::StatusCode;
use serde_json::json;
use tokio::time::Instant;

use crate::app::{App, TOKEN};
use crate::metrics::sample;

#[tokio::test]
async fn without_a_token_configured_there_are_no_faults() {
    for none in [None, Some("")] {
        let app = App::with_token(&[], none);
        for (method, path) in [
            ("GET", ""),
            ("DELETE", ""),
            ("PUT", "/error"),
            ("DELETE", "/error"),
            ("PUT", "/nonsense"),
        ] {
            for token in [None, Some(""), Some("x")] {
                let answer = app.fault(method, path, token, r#"{"ttl_seconds":1}"#).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
                assert_eq!(answer.problem(), "not_found");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_token_breaks_nothing() {
    let app = App::new(&[]);
    for token in [
        None,
        Some(""),
        Some("open-sesam"),
        Some("open-sesame2"),
        Some("OPEN-SESAME"),
    ] {
        for (method, path) in [
            ("GET", ""),
            ("PUT", "/error"),
            ("DELETE", ""),
            ("DELETE", "/x"),
        ] {
            let answer = app
                .fault(method, path, token, r#"{"ttl_seconds":60}"#)
                .await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.problem(), "unauthorized");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    assert_eq!(app.strikes(), []);
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
}

#[tokio::test]
async fn bad_parameters_are_refused_by_name() {
    let app = App::new(&[]);
    for (kind, body, field) in [
        ("error", "{}", "ttl_seconds"),
        ("error", r#"{"ttl_seconds":0}"#, "ttl_seconds"),
        ("error", r#"{"ttl_seconds":3601}"#, "ttl_seconds"),
        ("error", r#"{"ttl_seconds":"9"}"#, "ttl_seconds"),
        ("error", r#"{"ttl_seconds":1,"status":200}"#, "status"),
        ("error", r#"{"ttl_seconds":1,"ratio":0}"#, "ratio"),
        ("error", r#"{"ttl_seconds":1,"ratio":1.1}"#, "ratio"),
        ("error", r#"{"ttl_seconds":1,"rtio":1}"#, "body"),
        ("error", r#"{"ttl_seconds":1,"status":"x"}"#, "body"),
        ("latency", r#"{"ttl_seconds":1}"#, "body"),
        (
            "latency",
            r#"{"ttl_seconds":1,"delay_ms":60001}"#,
            "delay_ms",
        ),
        (
            "latency",
            r#"{"ttl_seconds":1,"delay_ms":1,"jitter_ms":60001}"#,
            "jitter_ms",
        ),
        (
            "latency",
            r#"{"ttl_seconds":1,"delay_ms":1,"ratio":-1}"#,
            "ratio",
        ),
        ("hang", r#"{"ttl_seconds":1,"ratio":2}"#, "ratio"),
        ("hang", r#"{"ttl_seconds":1,"route":"menu"}"#, "route"),
        ("error", r#"{"ttl_seconds":1,"route":""}"#, "route"),
        ("restart", r#"{"ttl_seconds":1,"x":1}"#, "body"),
        ("consumer-lost", r#"{"ttl_seconds":1,"x":1}"#, "body"),
        (
            "label-explosion",
            r#"{"ttl_seconds":1,"series":0}"#,
            "series",
        ),
        (
            "label-explosion",
            r#"{"ttl_seconds":1,"series":50001}"#,
            "series",
        ),
        ("not-ready", r#"{"ttl_seconds":1,"x":1}"#, "body"),
        ("crash", r#"{"ttl_seconds":1,"x":1}"#, "body"),
        ("cpu", r#"{"ttl_seconds":1,"threads":0}"#, "threads"),
        ("cpu", r#"{"ttl_seconds":1,"threads":65}"#, "threads"),
        (
            "memory",
            r#"{"ttl_seconds":1,"mib_per_second":0,"cap_mib":1}"#,
            "mib_per_second",
        ),
        (
            "memory",
            r#"{"ttl_seconds":1,"mib_per_second":1,"cap_mib":5000}"#,
            "cap_mib",
        ),
        (
            "log-flood",
            r#"{"ttl_seconds":1,"lines_per_second":0}"#,
            "lines_per_second",
        ),
        ("db-error", r#"{"ttl_seconds":1,"ratio":0}"#, "ratio"),
        (
            "db-latency",
            r#"{"ttl_seconds":1,"delay_ms":60001}"#,
            "delay_ms",
        ),
        (
            "db-pool",
            r#"{"ttl_seconds":1,"connections":0}"#,
            "connections",
        ),
    ] {
        let answer = app
            .fault("PUT", &format!("/{kind}"), Some(TOKEN), body)
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{kind} {body}"
        );
        assert_eq!(answer.json()["errors"][0]["field"], field, "{kind} {body}");
    }
    let unknown = app
        .fault("PUT", "/meteor", Some(TOKEN), r#"{"ttl_seconds":1}"#)
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(app.strikes(), [], "nothing may have come into force");
}

#[tokio::test]
async fn the_path_names_the_kind_and_the_body_cannot_overrule_it() {
    let app = App::new(&[]);
    app.put_fault("not-ready", r#"{"ttl_seconds":60,"kind":"crash"}"#)
        .await;
    assert_eq!(app.strikes(), [(Kind::NotReady, 0)]);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_force_is_listed_with_its_strikes_and_time() {
    let app = App::new(&[]);
    let put = app
        .put_fault("error", r#"{"ttl_seconds":30,"status":503}"#)
        .await;
    assert_eq!(
        put,
        json!({"kind":"error","parameters":{"status":503,"ratio":1.0},"strikes":0,"remaining_seconds":30.0})
    );
    app.get("/hello").await;
    app.get("/hello").await;
    tokio::time::advance(Duration::from_secs(10)).await;
    let listed = app.fault("GET", "", Some(TOKEN), "").await.json();
    assert_eq!(listed["faults"][0]["strikes"], 2);
    let remaining = listed["faults"][0]["remaining_seconds"]
        .as_f64()
        .expect("a number");
    assert!((19.9..=20.0).contains(&remaining), "{remaining}");

    let gone = app.fault("DELETE", "/error", Some(TOKEN), "").await;
    assert_eq!(gone.status, StatusCode::OK);
    assert_eq!(gone.json()["faults"][0]["strikes"], 2);
    let again = app.fault("DELETE", "/error", Some(TOKEN), "").await;
    assert_eq!(
        (again.status, again.json()),
        (StatusCode::OK, json!({"faults":[]}))
    );
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_fault_dies_by_itself() {
    let app = App::new(&[]);
    app.put_fault("error", r#"{"ttl_seconds":5}"#).await;
    tokio::time::advance(Duration::from_millis(4990)).await;
    assert_eq!(
        app.get("/hello").await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    tokio::time::advance(Duration::from_millis(10)).await;
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
    assert_eq!(app.strikes(), []);
    let gone = app.fault("DELETE", "", Some(TOKEN), "").await.json();
    assert_eq!(gone, json!({"faults":[]}));
}

#[tokio::test(start_paused = true)]
async fn a_second_put_replaces_parameters_and_time() {
    let app = App::new(&[]);
    app.put_fault("error", r#"{"ttl_seconds":5,"status":500}"#)
        .await;
    app.get("/hello").await;
    app.put_fault("error", r#"{"ttl_seconds":20,"status":502}"#)
        .await;
    assert_eq!(app.strikes(), [(Kind::Error, 0)], "a new fault counts anew");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(
        app.get("/hello").await.status,
        StatusCode::BAD_GATEWAY,
        "the old death is not its"
    );
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
}

#[tokio::test]
async fn faults_of_several_kinds_are_taken_back_together() {
    let app = App::new(&[]);
    app.put_fault("error", r#"{"ttl_seconds":60}"#).await;
    app.put_fault("not-ready", r#"{"ttl_seconds":60}"#).await;
    assert_eq!(app.strikes(), [(Kind::Error, 0), (Kind::NotReady, 0)]);
    let gone = app.fault("DELETE", "", Some(TOKEN), "").await.json();
    assert_eq!(gone["faults"].as_array().map(Vec::len), Some(2));
    assert_eq!(app.strikes(), []);
}

#[tokio::test]
async fn a_ratio_strikes_its_share() {
    let app = App::new(&["--rate-limit=0"]);
    app.put_fault("error", r#"{"ttl_seconds":60,"ratio":0.25}"#)
        .await;
    let mut failed = 0;
    for _ in 0..2000 {
        failed += u64::from(app.get("/hello").await.status != StatusCode::OK);
    }
    assert_eq!(app.strikes(), [(Kind::Error, failed)]);
    // Six standard deviations to either side.
    assert!((380..=620).contains(&failed), "{failed}");
}

#[tokio::test(start_paused = true)]
async fn latency_delays_by_its_delay_and_up_to_its_jitter() {
    let app = App::new(&[]);
    app.put_fault(
        "latency",
        r#"{"ttl_seconds":600,"delay_ms":200,"jitter_ms":100}"#,
    )
    .await;
    let mut took = Vec::new();
    for _ in 0..50 {
        let begin = Instant::now();
        assert_eq!(app.get("/hello").await.status, StatusCode::OK);
        took.push(begin.elapsed().as_millis());
    }
    assert!(took.iter().all(|ms| (200..=301).contains(ms)), "{took:?}");
    assert!(took.iter().max() > took.iter().min(), "no jitter: {took:?}");
    assert_eq!(app.strikes(), [(Kind::Latency, 50)]);
}

#[tokio::test(start_paused = true)]
async fn what_a_fault_holds_up_goes_on_when_the_fault_is_over() {
    let app = App::new(&["--request-timeout=600"]);
    for (kind, body) in [
        ("hang", r#"{"ttl_seconds":3}"#),
        ("latency", r#"{"ttl_seconds":3,"delay_ms":60000}"#),
    ] {
        app.put_fault(kind, body).await;
        let begin = Instant::now();
        assert_eq!(app.get("/hello").await.status, StatusCode::OK);
        assert_eq!(begin.elapsed().as_secs(), 3, "{kind}");

        app.put_fault(kind, &body.replace(":3", ":300")).await;
        let held = tokio::spawn({
            let app = app.clone();
            async move { app.get("/hello").await.status }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let begin = Instant::now();
        app.fault("DELETE", "", Some(TOKEN), "").await;
        assert_eq!(held.await.expect("ends"), StatusCode::OK);
        assert_eq!(begin.elapsed().as_secs(), 0, "{kind}");
    }
}

#[tokio::test]
async fn a_route_can_be_broken_alone() {
    let app = App::new(&[]);
    let long = format!("/{}", "x".repeat(100));
    let body = format!(r#"{{"ttl_seconds":60,"route":"{long}"}}"#);
    let refused = app
        .fault("PUT", "/latency", Some(TOKEN), &body)
        .await
        .status;
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
    let put = app
        .put_fault(
            "error",
            r#"{"ttl_seconds":60,"status":404,"route":"/items/{number}"}"#,
        )
        .await;
    assert_eq!(put["parameters"]["route"], "/items/{number}");
    for number in [1, 2] {
        let path = format!("/items/{number}?limit=1");
        assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
    app.get("/nowhere").await;
    assert_eq!(
        app.strikes(),
        [(Kind::Error, 2)],
        "only what strikes is counted"
    );
}

#[tokio::test]
async fn a_label_explodes_for_a_while_and_leaves_nothing_behind() {
    let app = App::new(&[]);
    let before = names(&app).await;
    app.put_fault("label-explosion", r#"{"ttl_seconds":60,"series":300}"#)
        .await;
    let clients = |names: &[String]| {
        let of_client = |name: &&String| name.starts_with("http_server_active_requests{client=\"");
        let mut clients: Vec<_> = names.iter().filter(of_client).cloned().collect();
        clients.dedup();
        clients.len()
    };
    let exploded = names(&app).await;
    assert_eq!(clients(&exploded), 300);
    assert_eq!(exploded.len(), before.len() + 300);
    assert!(exploded.contains(&"http_server_active_requests".to_owned()));
    assert_eq!(app.strikes(), [(Kind::LabelExplosion, 1)]);
    app.fault("DELETE", "", Some(TOKEN), "").await;
    assert_eq!(names(&app).await, before);
}

#[tokio::test]
async fn not_ready_is_seen_by_probes_and_by_nobody_else() {
    let app = App::new(&[]);
    app.put_fault("not-ready", r#"{"ttl_seconds":60}"#).await;
    let ready = app.ask("GET", "/readyz", None).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.problem(), "not_ready");
    assert_eq!(app.ask("GET", "/livez", None).await.status, StatusCode::OK);
    assert_eq!(app.get("/hello").await.status, StatusCode::OK);
    assert_eq!(app.strikes(), [(Kind::NotReady, 1)]);
    let shown = async || {
        let text = app.ask("GET", "/metrics", None).await.body;
        sample(&text, "service_ready")
    };
    assert_eq!(shown().await, Some(0.0));
    app.fault("DELETE", "", Some(TOKEN), "").await;
    assert_eq!(shown().await, Some(1.0));
}

#[tokio::test]
async fn no_fault_strikes_the_telemetry_port() {
    let app = App::new(&[]);
    app.put_fault("error", r#"{"ttl_seconds":60}"#).await;
    app.put_fault("hang", r#"{"ttl_seconds":60}"#).await;
    for path in ["/metrics", "/livez", "/readyz"] {
        assert_eq!(app.ask("GET", path, None).await.status, StatusCode::OK);
    }
    assert_eq!(app.strikes(), [(Kind::Error, 0), (Kind::Hang, 0)]);
}

#[tokio::test]
async fn no_metric_tells_what_was_broken_on_purpose() {
    let app = App::new(&[]);
    let before = names(&app).await;
    for (kind, body) in [
        ("error", r#"{"ttl_seconds":60,"status":503}"#),
        ("latency", r#"{"ttl_seconds":60,"delay_ms":1}"#),
        ("not-ready", r#"{"ttl_seconds":60}"#),
        ("db-error", r#"{"ttl_seconds":60}"#),
    ] {
        app.put_fault(kind, body).await;
    }
    app.get("/hello").await;
    assert_eq!(names(&app).await, before);
}

async fn names(app: &App) -> Vec<String> {
    let text = app.ask("GET", "/metrics", None).await.body;
    let series = text
        .lines()
        .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()));
    series.collect()
}
