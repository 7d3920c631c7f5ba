//! The same key is the same order.

use std::collections::HashSet;

use anyhow::Result;
use futures::future::try_join_all;
use serde_json::json;

use crate::app::{Answer, JSON, TestApp, order};

#[tokio::test]
async fn the_same_order_again_is_answered_the_same() -> Result<()> {
    let app = TestApp::start().await?;
    let first = app.place_with_key("k-1", &order()).await?;
    first.expect(201);
    app.cancel(first.id()).await?.expect(200);
    let mut blanks = order();
    blanks["customer"] = json!(" Ada ");
    for order in [order(), blanks] {
        let again = app.place_with_key("k-1", &order).await?;
        again.expect(201);
        assert_eq!(again.body, first.body, "whatever has become of it");
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.header("idempotent-replayed"), "true");
    }
    assert!((app.metric("pizza_orders_created_total")? - 1.0).abs() < f64::EPSILON);
    Ok(())
}

#[tokio::test]
async fn another_order_with_the_same_key_is_409() -> Result<()> {
    let app = TestApp::start().await?;
    app.place_with_key("k-1", &order()).await?.expect(201);
    let mut other = order();
    other["items"][0]["quantity"] = json!(3);
    let refused = app.place_with_key("k-1", &other).await?;
    refused.expect_problem(409, "idempotency_key_reused");
    refused.expect_field("Idempotency-Key");
    app.place_with_key("k-2", &other).await?.expect(201);
    Ok(())
}

#[tokio::test]
async fn without_a_key_the_same_order_is_another_one() -> Result<()> {
    let app = TestApp::start().await?;
    let (first, second) = (app.place(&order()).await?, app.place(&order()).await?);
    assert_ne!(first.id(), second.id());
    Ok(())
}

#[tokio::test]
async fn attempts_at_the_same_moment_store_one_order() -> Result<()> {
    let app = TestApp::start().await?;
    let held = app.store.hold().await;
    let order = order();
    let release = async {
        tokio::task::yield_now().await;
        drop(held);
        Ok(())
    };
    let attempts = (0..20).map(|_| app.place_with_key("k-1", &order));
    let (answers, ()) = futures::try_join!(try_join_all(attempts), release)?;
    let ids: HashSet<_> = answers.iter().map(Answer::id).collect();
    assert_eq!(ids.len(), 1);
    let replayed = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed") == "true");
    assert_eq!(replayed.count(), 19);
    assert_eq!(
        app.orders("").await?.body["orders"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_not_valid_is_400() -> Result<()> {
    let app = TestApp::start().await?;
    let body = order().to_string();
    let long = "k".repeat(65);
    for key in ["", "two words", "caf\u{e9}", &long] {
        let answer = app.place_with_key(key, &order()).await?;
        answer.expect_problem(400, "bad_parameter");
        answer.expect_field("Idempotency-Key");
    }
    let twice = [JSON, ("idempotency-key", "a"), ("idempotency-key", "b")];
    app.place_raw(&body, &twice)
        .await?
        .expect_problem(400, "bad_parameter");
    app.place_with_key(&"k".repeat(64), &order())
        .await?
        .expect(201);
    Ok(())
}
