//! What is passed on, and how it comes back.

use anyhow::Result;
use axum::body::Body;
use http::{Request, Response};

use crate::app::TestApp;
use crate::neighbour::Neighbour;

#[tokio::test]
async fn an_order_goes_to_the_service_and_its_answer_comes_back() -> Result<()> {
    let pizza = Neighbour::start(|_| {
        Response::builder()
            .status(201)
            .header("location", "/orders/7")
            .header("content-type", "application/json")
            .header("set-cookie", "not=for-the-browser")
            .body(Body::from(r#"{"id":7}"#))
            .expect("an answer")
    })
    .await?;
    let app = TestApp::with(&[&format!("--pizza-url={}", pizza.url)])?;
    let request = Request::post("/api/orders?a=%20b")
        .header("content-type", "application/json")
        .header("idempotency-key", "once")
        .header("cookie", "secret=1")
        .header("x-forwarded-for", "10.0.0.1")
        .body(Body::from(r#"{"customer":"Zoë"}"#))?;
    let answer = app.send(request).await?;
    answer.expect(201);
    assert_eq!(answer.header("location"), "/api/orders/7");
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.text(), r#"{"id":7}"#);

    let came = &pizza.came()[0];
    assert_eq!(came.line, "POST /orders?a=%20b");
    assert_eq!(came.body, r#"{"customer":"Zoë"}"#);
    assert_eq!(came.headers["idempotency-key"], "once");
    for kept_back in ["cookie", "x-forwarded-for"] {
        assert!(!came.headers.contains_key(kept_back), "{kept_back}");
    }
    Ok(())
}

#[tokio::test]
async fn a_path_goes_on_as_it_is_encoded() -> Result<()> {
    let tracker = Neighbour::start(|_| Response::new(Body::from("{}"))).await?;
    let app = TestApp::with(&[&format!("--tracker-url={}", tracker.url)])?;
    let path = "/vehicles/City%20Truck%2F2/history?limit=3";
    app.get(&format!("/api{path}")).await?.expect(200);
    let came = tracker.came();
    let asked = came.iter().any(|came| came.line == format!("GET {path}"));
    assert!(asked, "{came:?}");
    Ok(())
}

#[tokio::test]
async fn a_refusal_comes_back_as_it_is() -> Result<()> {
    let pokedex = Neighbour::start(|_| {
        Response::builder()
            .status(404)
            .header("content-type", "application/problem+json")
            .body(Body::from(r#"{"code":"pokemon_not_found"}"#))
            .expect("an answer")
    })
    .await?;
    let app = TestApp::with(&[&format!("--pokedex-url={}", pokedex.url)])?;
    let answer = app.get("/api/pokemon/9999").await?;
    answer.problem(404, "pokemon_not_found");
    Ok(())
}

#[tokio::test]
async fn a_service_that_is_away_is_named() -> Result<()> {
    let app = TestApp::with(&[])?;
    for (path, name) in [
        ("/api/menu", "pizza-service"),
        ("/api/pokemon/25", "pokedex-api"),
        ("/api/vehicles", "position-tracker"),
        ("/api/scenarios", "loadgen"),
        ("/api/traces/summaries", "loadgen"),
    ] {
        let answer = app.get(path).await?;
        let problem = answer.problem(503, "neighbour_unavailable");
        assert_eq!(problem["detail"], format!("{name} does not answer"));
        assert_eq!(answer.header("retry-after"), "1");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_else_is_passed_on() -> Result<()> {
    let loadgen = Neighbour::start(|_| Response::new(Body::from("{}"))).await?;
    let app = TestApp::with(&[&format!("--loadgen-url={}", loadgen.url)])?;
    for path in [
        "/api/lease",
        "/api/alerts/webhook",
        "/api/v1/traces",
        "/api/../faults",
    ] {
        app.get(path).await?.expect(404);
    }
    app.post("/api/scenarios", "{}").await?.expect(405);
    let streams_only = loadgen.came().iter().all(|came| came.line == "GET /events");
    assert!(streams_only, "{:?}", loadgen.came());
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() -> Result<()> {
    let pizza = Neighbour::start(|_| Response::new(Body::empty())).await?;
    let app = TestApp::with(&[&format!("--pizza-url={}", pizza.url)])?;
    let body = "x".repeat(ui::gateway::MAX_BODY_BYTES + 1);
    app.post("/api/orders", &body)
        .await?
        .problem(413, "body_too_large");
    assert!(pizza.came().is_empty());
    Ok(())
}
