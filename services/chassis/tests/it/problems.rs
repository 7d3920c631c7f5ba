//! Every answer that is not a success is a problem, whoever gives it.

use http::{Request, StatusCode};

use crate::app::App;

#[tokio::test]
async fn an_unknown_path_is_a_problem_and_its_head_has_no_body() {
    let app = App::new(&[]);
    let answer = app.get("/nothing").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.problem(), "not_found");

    let head = app.send(Request::head("/nothing"), "").await;
    assert_eq!(head.status, StatusCode::NOT_FOUND);
    assert_eq!(head.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn a_head_of_a_get_route_is_answered_without_a_body() {
    let head = App::new(&[]).send(Request::head("/hello"), "").await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(head.header("content-length"), "5");
}

#[tokio::test]
async fn a_wrong_method_says_which_are_allowed() {
    let answer = App::new(&[]).send(Request::delete("/hello"), "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.problem(), "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_bare_error_loses_its_text_and_keeps_what_clients_act_on() {
    let app = App::new(&[]);
    for (path, code) in [
        ("/bare/401", "bad_request"),
        ("/bare/404", "not_found"),
        ("/bare/500", "internal_error"),
        ("/bare/503", "unavailable"),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.problem(), code);
        assert!(!answer.body.contains("SELECT"), "{}", answer.body);
        let schemes: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(schemes, ["Bearer", "Basic"]);
        assert_eq!(answer.header("retry-after"), "7");
        assert_eq!(answer.header("x-internal"), "");
    }
    let redirect = app.get("/bare/307").await;
    assert_eq!(redirect.header("content-type"), "text/plain");
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_the_client_nothing() {
    let answer = App::new(&[]).get("/panic").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.problem(), "internal_error");
    assert!(!answer.body.contains("recipe"), "{}", answer.body);
}

#[tokio::test]
async fn a_wrong_body_names_the_field() {
    let app = App::new(&[]);
    let answer = app
        .post("/orders", r#"{"items":[{"quantity":1},{"quantity":900}]}"#)
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.problem(), "invalid_request");
    assert_eq!(answer.json()["errors"][0]["field"], "items[1].quantity");

    let unknown = app.post("/orders", r#"{"items":[],"a\u0007b":1}"#).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let message = unknown.json()["errors"][0]["message"].to_string();
    assert!(message.contains("unknown field"), "{message}");
    assert!(!message.chars().any(char::is_control), "{message}");

    for malformed in ["", "{", r#"{"items":[]} x"#, "\u{fffe}"] {
        let answer = app.post("/orders", malformed).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{malformed}");
        assert_eq!(answer.problem(), "malformed_json");
    }
}

#[tokio::test]
async fn a_body_of_the_wrong_type_or_size_is_refused() {
    let app = App::new(&[]);
    for media_type in [
        "text/plain",
        "application/jsonp",
        "application/xml; charset=utf-8",
    ] {
        let request = Request::post("/orders").header("content-type", media_type);
        let answer = app.send(request, "{}").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(answer.problem(), "unsupported_media_type");
    }
    let request = Request::post("/orders").header("content-type", "Application/JSON;charset=x");
    assert_eq!(
        app.send(request, r#"{"items":[]}"#).await.status,
        StatusCode::OK
    );

    let large = app.post("/orders", " ".repeat(1025)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(large.problem(), "body_too_large");
}

#[tokio::test]
async fn a_wrong_path_or_query_is_the_clients_mistake() {
    let app = App::new(&[]);
    for (path, code, field) in [
        ("/items/x?limit=1", "bad_path", "path"),
        ("/items/1?limit=x", "bad_query", "query"),
        ("/items/1", "bad_query", "query"),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.problem(), code);
        assert_eq!(answer.json()["errors"][0]["field"], field);
    }
    assert_eq!(app.get("/items/1?limit=2").await.body, "1 2");
}
