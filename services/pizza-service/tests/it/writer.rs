//! Group commit.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use company_tests::until;
use futures::future::{join, try_join, try_join_all};
use serde_json::json;

use crate::app::{TestApp, order};
use crate::unreliable::POISON;

const SOON: Duration = Duration::from_secs(20);

/// Waits until so many writes wait in the queue.
async fn waiting(app: &TestApp, count: u32) -> Result<()> {
    until("the queue fills", SOON, async || {
        let depth = app.metric("pizza_order_writer_queue_depth").ok()?;
        ((depth - f64::from(count)).abs() < 0.5).then_some(())
    })
    .await
}

/// Waits until a batch has come to the store.
async fn begun(app: &TestApp) -> Result<()> {
    until("a batch is begun", SOON, async || {
        (!app.store.batches().is_empty()).then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_is_stored_and_commits_are_shared() -> Result<()> {
    const ORDERS: usize = 400;
    let app = Arc::new(TestApp::start().await?);
    let attempts = (0..ORDERS).map(|_| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { app.place(&order()).await })
    });
    let mut acknowledged = HashSet::new();
    for attempt in try_join_all(attempts).await? {
        let answer = attempt?;
        answer.expect(201);
        acknowledged.insert(answer.id().to_owned());
    }
    assert_eq!(acknowledged.len(), ORDERS, "ids are unique");
    let reads = acknowledged.iter().map(|id| app.order(id));
    for read in try_join_all(reads).await? {
        read.expect(200);
    }
    let batches = app.store.batches();
    assert!(batches.iter().any(|size| *size > 1), "{batches:?}");
    assert!(batches.len() < ORDERS, "{} commits", batches.len());
    let written = app.metric("pizza_order_writer_batch_size_sum")?;
    assert!((written - ORDERS as f64).abs() < 0.5, "{written}");
    assert!(app.metric("pizza_order_writer_queue_depth")?.abs() < 0.5);
    Ok(())
}

#[tokio::test]
async fn one_more_than_may_wait_is_503_at_once() -> Result<()> {
    let app = TestApp::with(&["--writer-queue=2"]).await?;
    assert!((app.metric("pizza_order_writer_queue_limit")? - 2.0).abs() < 0.5);
    let held = app.store.hold().await;
    let order = order();
    let scene = async {
        // One is being written, two wait.
        begun(&app).await?;
        let waiters = join(app.place(&order), app.place(&order));
        let refused = async {
            waiting(&app, 2).await?;
            let refused = app.place(&order).await;
            drop(held);
            refused
        };
        let ((first, second), refused) = join(waiters, refused).await;
        first?.expect(201);
        second?.expect(201);
        refused
    };
    let (first, refused) = join(app.place(&order), scene).await;
    first?.expect(201);
    let refused = refused?;
    refused.expect_problem(503, "writer_full");
    assert_eq!(refused.header("retry-after"), "1");
    let sample = "pizza_orders_failed_total{reason=\"writer_full\"}";
    assert!((app.metric(sample)? - 1.0).abs() < 0.5);
    Ok(())
}

#[tokio::test]
async fn an_order_that_the_store_refuses_fails_alone() -> Result<()> {
    let app = TestApp::start().await?;
    let held = app.store.hold().await;
    let (good, mut bad) = (order(), order());
    bad["customer"] = json!(POISON);
    let scene = async {
        begun(&app).await?;
        let together = [&good, &bad, &good].map(|order| app.place(order));
        let release = async {
            waiting(&app, 3).await?;
            drop(held);
            Ok(())
        };
        let (answers, ()) = try_join(try_join_all(together), release).await?;
        Ok(answers)
    };
    let (first, answers) = try_join(app.place(&good), scene).await?;
    first.expect(201);
    let statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    assert_eq!(statuses, [201, 500, 201]);
    assert_eq!(app.store.batches(), [1, 3, 1, 1, 1]);
    Ok(())
}

#[tokio::test]
async fn all_who_wait_for_a_batch_hear_that_it_failed() -> Result<()> {
    let app = TestApp::start().await?;
    app.store.set_down(true);
    let order = order();
    for answer in try_join_all((0..5).map(|_| app.place(&order))).await? {
        answer.expect_problem(503, "store_unavailable");
    }
    assert!(app.metric("pizza_orders_created_total")?.abs() < 0.5);
    Ok(())
}

#[tokio::test]
async fn a_store_that_hangs_does_not_hang_the_writer() -> Result<()> {
    let app = TestApp::start().await?;
    let held = app.store.hold().await;
    // Answered by the batch's limit, which is below the request's.
    let answer = app.place(&order()).await?;
    answer.expect_problem(503, "store_unavailable");
    drop(held);
    app.place(&order()).await?.expect(201);
    Ok(())
}

#[tokio::test]
async fn an_order_that_nobody_waits_for_any_more_is_not_stored() -> Result<()> {
    let app = TestApp::start().await?;
    let held = app.store.hold().await;
    let order = order();
    let scene = async {
        begun(&app).await?;
        // The client leaves while its order waits.
        tokio::select! {
            _ = app.place(&order) => anyhow::bail!("the order cannot be stored while the store is held"),
            left = waiting(&app, 1) => left?,
        }
        drop(held);
        Ok(())
    };
    let (first, scene) = join(app.place(&order), scene).await;
    scene?;
    first?.expect(201);
    app.place(&order).await?.expect(201);
    let listed = app.orders("").await?;
    assert_eq!(listed.body["orders"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[tokio::test]
async fn what_was_taken_is_written_before_the_end() -> Result<()> {
    let app = TestApp::start().await?;
    let held = app.store.hold().await;
    let order = order();
    let scene = async {
        begun(&app).await?;
        let end = async {
            waiting(&app, 1).await?;
            app.stop.request();
            app.writer.close();
            assert!(
                !app.stop.finished(Duration::from_millis(50)).await,
                "it still writes"
            );
            drop(held);
            anyhow::ensure!(app.stop.finished(SOON).await, "the writer did not end");
            Ok(())
        };
        let (second, end) = join(app.place(&order), end).await;
        end?;
        second
    };
    let (first, second) = join(app.place(&order), scene).await;
    first?.expect(201);
    second.context("the order that waited")?.expect(201);
    app.place(&order).await?.expect_problem(503, "unavailable");
    Ok(())
}
