//! When the service or its neighbours are broken: what the client sees, and what is counted.

use std::time::Duration;

use anyhow::Result;
use chassis::faults::{Fault, Kind};
use futures::future::join;

use crate::app::{TestApp, order};

const TTL: Duration = Duration::from_mins(1);

fn failed(app: &TestApp, reason: &str) -> Result<u64> {
    let sample = format!("pizza_orders_failed_total{{reason=\"{reason}\"}}");
    let text = app.metric(&sample)?.to_string();
    Ok(text.parse()?)
}

#[tokio::test]
async fn every_reason_is_there_from_the_start() -> Result<()> {
    let app = TestApp::start().await?;
    for reason in [
        "store_unavailable",
        "writer_full",
        "overloaded",
        "timeout",
        "internal_error",
        "unavailable",
        "server_error",
    ] {
        assert_eq!(failed(&app, reason)?, 0, "{reason}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_error_is_a_failed_order_whoever_answers_it() -> Result<()> {
    let app = TestApp::start().await?;
    for (status, reason) in [
        (500, "internal_error"),
        (503, "unavailable"),
        (502, "server_error"),
    ] {
        app.faults.put(
            Fault::Error {
                status,
                ratio: 1.0,
                route: None,
            },
            TTL,
        );
        app.place(&order()).await?.expect_problem(status, reason);
        assert_eq!(failed(&app, reason)?, 1, "{reason}");
    }
    app.faults.take_back(Some(Kind::Error));
    app.place(&order()).await?.expect(201);
    Ok(())
}

#[tokio::test]
async fn only_failures_to_order_are_failed_orders() -> Result<()> {
    let app = TestApp::start().await?;
    app.place(&serde_json::json!({})).await?.expect(422);
    app.faults.put(
        Fault::Error {
            status: 500,
            ratio: 1.0,
            route: None,
        },
        TTL,
    );
    app.orders("").await?.expect(500);
    app.menu(&[]).await?.expect(500);
    assert_eq!(failed(&app, "internal_error")?, 0);
    Ok(())
}

#[tokio::test]
async fn an_order_that_takes_too_long_is_503_and_counted() -> Result<()> {
    let app = TestApp::with(&["--request-timeout=0.05"]).await?;
    app.faults.put(
        Fault::Hang {
            ratio: 1.0,
            route: None,
        },
        TTL,
    );
    let answer = app.place(&order()).await?;
    answer.expect_problem(503, "timeout");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(failed(&app, "timeout")?, 1);
    Ok(())
}

#[tokio::test]
async fn one_order_more_than_allowed_at_once_is_503_and_counted() -> Result<()> {
    let app = TestApp::with(&["--max-active-requests=1"]).await?;
    let held = app.store.hold().await;
    let order = order();
    let second = async {
        tokio::task::yield_now().await;
        let answer = app.place(&order).await;
        drop(held);
        answer
    };
    let (first, second) = join(app.place(&order), second).await;
    first?.expect(201);
    second?.expect_problem(503, "overloaded");
    assert_eq!(failed(&app, "overloaded")?, 1);
    Ok(())
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_recovers_by_itself() -> Result<()> {
    let app = TestApp::start().await?;
    let stored = app.place(&order()).await?;
    app.store.set_down(true);
    for answer in [
        app.place(&order()).await?,
        app.cancel(stored.id()).await?,
        app.order(stored.id()).await?,
        app.orders("").await?,
    ] {
        answer.expect_problem(503, "store_unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    }
    app.menu(&[]).await?.expect(200);
    assert_eq!(failed(&app, "store_unavailable")?, 1, "reads are no orders");
    app.store.set_down(false);
    app.place(&order()).await?.expect(201);
    app.cancel(stored.id()).await?.expect(200);
    Ok(())
}

#[tokio::test]
async fn a_database_fault_is_a_store_that_fails() -> Result<()> {
    let app = TestApp::start().await?;
    app.faults.put(Fault::DbError { ratio: 1.0 }, TTL);
    let refused = app.place_with_key("k-1", &order()).await?;
    refused.expect_problem(503, "store_unavailable");
    app.faults.take_back(None);
    let stored = app.place_with_key("k-1", &order()).await?;
    stored.expect(201);
    assert_eq!(
        stored.header("idempotent-replayed"),
        "",
        "nothing was stored before"
    );
    Ok(())
}
