//! Everything that a client can get wrong is answered with what is wrong.

use anyhow::Result;
use serde_json::{Value, json};

use crate::app::{JSON, TestApp, order};

/// The right order with one thing changed.
fn with(path: &str, value: Value) -> Value {
    let mut order = order();
    match order.pointer_mut(path) {
        Some(place) => *place = value,
        None => panic!("{path} is not in an order"),
    }
    order
}

#[tokio::test]
async fn a_field_that_is_not_valid_is_422_and_named() -> Result<()> {
    let app = TestApp::start().await?;
    let item = json!({"pizza": "hawaii", "size": "small", "quantity": 1});
    let cases = [
        (with("/customer", json!("")), "customer"),
        (
            with("/customer", json!(" \t ".replace('\t', "\u{3000}"))),
            "customer",
        ),
        (with("/customer", json!("x".repeat(300))), "customer"),
        (with("/customer", json!("x".repeat(201))), "customer"),
        (with("/customer", json!("Ada\u{0}")), "customer"),
        (with("/customer", json!("Ada\nLovelace")), "customer"),
        (with("/customer", json!(7)), "customer"),
        (with("/customer", json!(null)), "customer"),
        (with("/address", json!("")), "address"),
        (with("/address", json!("x".repeat(300))), "address"),
        (with("/address", json!("1 Main\u{7f} Street")), "address"),
        (with("/address", json!("1 Main\u{9b} Street")), "address"),
        (with("/items", json!([])), "items"),
        (with("/items", json!(vec![item; 21])), "items"),
        (with("/items", json!({})), "items"),
        (with("/items/0/pizza", json!("calzone")), "items[0].pizza"),
        (
            with("/items/0/pizza", json!("Margherita")),
            "items[0].pizza",
        ),
        (with("/items/0/size", json!("huge")), "items[0].size"),
        (with("/items/0/quantity", json!(0)), "items[0].quantity"),
        (with("/items/0/quantity", json!(51)), "items[0].quantity"),
        (with("/items/0/quantity", json!(-1)), "items[0].quantity"),
        (with("/items/0/quantity", json!(1.5)), "items[0].quantity"),
        (with("/items/0/quantity", json!("2")), "items[0].quantity"),
        (
            with("/items/0", json!({"pizza": "hawaii", "size": "small"})),
            "items[0]",
        ),
        (with("/items/0", json!(["hawaii", "small", 1])), "items[0]"),
        (json!([]), "body"),
        (json!(["Ada", "1 Main Street", []]), "body"),
        (json!("order"), "body"),
        (json!({}), "body"),
    ];
    for (order, field) in cases {
        let answer = app.place(&order).await?;
        answer.expect_problem(422, "invalid_request");
        answer.expect_field(field);
    }
    nothing_is_stored(&app).await
}

#[tokio::test]
async fn an_unknown_field_is_422_and_named() -> Result<()> {
    let app = TestApp::start().await?;
    let mut unknown = order();
    unknown["coupon"] = json!("FREE");
    let answer = app.place(&unknown).await?;
    answer.expect_problem(422, "invalid_request");
    answer.expect_field("coupon");
    let mut unknown = order();
    unknown["items"][0]["cheese"] = json!("double");
    let answer = app.place(&unknown).await?;
    answer.expect_problem(422, "invalid_request");
    answer.expect_field("items[0].cheese");
    nothing_is_stored(&app).await
}

#[tokio::test]
async fn all_wrong_fields_are_named_at_once() -> Result<()> {
    let app = TestApp::start().await?;
    let mut wrong = with("/customer", json!(""));
    wrong["items"][0]["quantity"] = json!(99);
    let answer = app.place(&wrong).await?;
    answer.expect_problem(422, "invalid_request");
    answer.expect_field("customer");
    answer.expect_field("items[0].quantity");
    Ok(())
}

#[tokio::test]
async fn what_is_at_the_limit_is_taken() -> Result<()> {
    let app = TestApp::start().await?;
    let item = json!({"pizza": "hawaii", "size": "small", "quantity": 50});
    for good in [
        with("/customer", json!("\u{1f355}".repeat(200))),
        with("/address", json!("x")),
        with("/items", json!(vec![item; 20])),
        with("/items/0/quantity", json!(2.0)),
    ] {
        app.place(&good).await?.expect(201);
    }
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_not_json_is_400() -> Result<()> {
    let app = TestApp::start().await?;
    let order = order().to_string();
    for body in [
        "",
        "{",
        "{bad",
        "nope",
        "{\"customer\": \"\\ud800\"}",
        &order[..order.len() - 1],
        &format!("{order}{order}"),
    ] {
        let answer = app.place_raw(body, &[JSON]).await?;
        answer.expect_problem(400, "malformed_json");
        answer.expect_field("body");
    }
    let deep = "[".repeat(60_000);
    let answer = app.place_raw(&deep, &[JSON]).await?;
    answer.expect_problem(422, "invalid_request");
    nothing_is_stored(&app).await
}

#[tokio::test]
async fn a_body_of_another_type_is_415() -> Result<()> {
    let app = TestApp::start().await?;
    let body = order().to_string();
    for headers in [
        &[][..],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "application/jsonp")],
    ] {
        app.place_raw(&body, headers)
            .await?
            .expect_problem(415, "unsupported_media_type");
    }
    let charset = [("content-type", "Application/JSON; charset=utf-8")];
    app.place_raw(&body, &charset).await?.expect(201);
    Ok(())
}

#[tokio::test]
async fn a_body_over_64_kib_is_413() -> Result<()> {
    let app = TestApp::start().await?;
    let body = order().to_string();
    let padded = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len()));
    app.place_raw(&padded(64 * 1024), &[JSON])
        .await?
        .expect(201);
    app.place_raw(&padded(64 * 1024 + 1), &[JSON])
        .await?
        .expect_problem(413, "body_too_large");
    Ok(())
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_400_and_named() -> Result<()> {
    let app = TestApp::start().await?;
    for id in [
        "1",
        "not-a-uuid",
        "01890a5d-ac96-774b-bcce-b302099a805g",
        "01890a5dac96774bbcceb302099a8057",
        "%7B01890a5d-ac96-774b-bcce-b302099a8057%7D",
        "%00",
    ] {
        for answer in [app.order(id).await?, app.cancel(id).await?] {
            answer.expect_problem(400, "bad_parameter");
            answer.expect_field("id");
        }
    }
    app.order("%ff").await?.expect_problem(400, "bad_path");
    Ok(())
}

#[tokio::test]
async fn a_query_that_is_not_valid_is_400_and_named() -> Result<()> {
    let app = TestApp::start().await?;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("status=lost", "status"),
        ("status=", "status"),
        ("after=", "after"),
        ("after=zz", "after"),
        ("after=01890a5d-ac96-774b-bcce-b302099a8057", "after"),
        ("after=01890A5DAC96774BBCCEB302099A8057", "after"),
    ] {
        let answer = app.orders(query).await?;
        answer.expect_problem(400, "bad_parameter");
        answer.expect_field(field);
    }
    for query in ["page=2", "limit=1&limit=2"] {
        app.orders(query).await?.expect_problem(400, "bad_query");
    }
    Ok(())
}

async fn nothing_is_stored(app: &TestApp) -> Result<()> {
    assert_eq!(app.orders("").await?.body["orders"], json!([]));
    Ok(())
}
