//! What the control room asks for.

use anyhow::Result;
use axum::body::Body;
use http::Response;
use serde_json::{Value, json};

use crate::app::{NOBODY, TestApp};
use crate::neighbour::{Came, Neighbour};

/// Answers as Prometheus: of each kind of question the same.
async fn prometheus(instant: Value, range: Value) -> Result<Neighbour> {
    Neighbour::start(move |came: &Came| {
        let result = if came.line.contains("query_range") {
            &range
        } else {
            &instant
        };
        let answer = json!({ "status": "success", "data": { "result": result } });
        Response::new(Body::from(answer.to_string()))
    })
    .await
}

#[tokio::test]
async fn the_board_has_a_row_a_service() -> Result<()> {
    let instant = json!([
        { "metric": { "service": "pizza-service" }, "value": [1.0, "2"] },
        { "metric": { "service": "pokedex-api" }, "value": [1.0, "NaN"] },
    ]);
    let prometheus = prometheus(instant, json!([])).await?;
    let app = TestApp::with(&[&format!("--metrics-url={}", prometheus.url)])?;
    let board = app.get("/api/board").await?.expect(200).json();
    let row = |service: &str, up: Value, number: Value, ratio: Value| {
        json!({
            "service": service, "up": up, "ready": up, "requests_per_second": number,
            "error_ratio": ratio, "p99_seconds": number, "memory_bytes": number,
        })
    };
    // What is not a number is not known: the service has no row until something is.
    assert_eq!(
        board,
        json!({ "services": [row("pizza-service", json!(true), json!(2.0), json!(1.0))] })
    );
    let asked = prometheus.came().len();
    app.get("/api/board").await?.expect(200);
    assert_eq!(
        prometheus.came().len(),
        asked,
        "the answer is kept for a second"
    );
    Ok(())
}

#[tokio::test]
async fn charts_and_alerts_come_from_ranges() -> Result<()> {
    let range = json!([{
        "metric": { "alertname": "Surge", "alertstate": "firing", "service": "pizza-service" },
        "values": [[10.0, "1"], [15.0, "NaN"]],
    }]);
    let prometheus = prometheus(json!([]), range).await?;
    let metrics = format!("--metrics-url={}", prometheus.url);
    let app = TestApp::with(&[&metrics, &format!("--alertmanager-url={NOBODY}")])?;
    let charts = app.get("/api/charts?minutes=5").await?.expect(200).json();
    let names: Vec<_> = charts["charts"]
        .as_array()
        .expect("charts")
        .iter()
        .collect();
    assert_eq!(names.len(), 4);
    assert_eq!(names[0]["name"], "orders");
    assert_eq!(names[1]["lines"][0]["label"], "pizza-service");
    assert_eq!(
        names[1]["lines"][0]["points"],
        json!([[10.0, 1.0], [15.0, null]])
    );

    let alerts = app.get("/api/alerts").await?.expect(200).json();
    assert_eq!(alerts["alerts"][0]["name"], "Surge");
    assert_eq!(alerts["alerts"][0]["state"], "resolved");
    assert_eq!(
        alerts["alertmanager"],
        json!(false),
        "it does not answer, and that is said"
    );
    Ok(())
}

#[tokio::test]
async fn how_far_back_has_bounds() -> Result<()> {
    let prometheus = prometheus(json!([]), json!([])).await?;
    let app = TestApp::with(&[&format!("--metrics-url={}", prometheus.url)])?;
    for wrong in ["0", "181"] {
        let answer = app.get(&format!("/api/charts?minutes={wrong}")).await?;
        assert_eq!(
            answer.problem(422, "invalid_request")["errors"][0]["field"],
            "minutes"
        );
    }
    app.get("/api/alerts?minutes=x").await?.expect(400);
    app.get("/api/alerts?hours=1").await?.expect(400);
    Ok(())
}

#[tokio::test]
async fn without_a_prometheus_that_is_what_is_said() -> Result<()> {
    let app = TestApp::with(&[])?;
    assert_eq!(
        app.get("/api/site").await?.expect(200).json()["monitoring"],
        json!(false)
    );
    for path in ["/api/board", "/api/charts", "/api/alerts"] {
        app.get(path).await?.problem(503, "no_monitoring");
    }
    let away = TestApp::with(&[&format!("--metrics-url={NOBODY}")])?;
    let problem = away
        .get("/api/board")
        .await?
        .problem(503, "neighbour_unavailable");
    assert_eq!(problem["detail"], "prometheus does not answer");
    Ok(())
}

#[tokio::test]
async fn links_are_those_that_are_configured() -> Result<()> {
    let app = TestApp::with(&["--jaeger-url=http://127.0.0.1:16686"])?;
    let links = &app.get("/api/site").await?.expect(200).json()["links"];
    let expected =
        json!({ "prometheus": null, "grafana": null, "jaeger": "http://127.0.0.1:16686/" });
    assert_eq!(*links, expected);
    Ok(())
}
