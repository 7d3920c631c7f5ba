//! Orders on their way, as others tell: from `POST /orders` to delivered.

use std::sync::Arc;

use anyhow::Result;
use contracts::{Event as _, OrdersDelivered};
use uuid::Uuid;

use crate::app::{TestApp, order};
use crate::neighbours::Simulator;

async fn start() -> Result<(TestApp, Simulator)> {
    let folder = Arc::new(tempfile::tempdir()?);
    let app = TestApp::connected(&folder).await?;
    let simulator = Simulator::open(folder.path()).await?;
    simulator.listen();
    Ok((app, simulator))
}

async fn end(app: TestApp, simulator: Simulator) -> Result<()> {
    simulator.end().await?;
    app.end().await
}

/// Places so many orders, and waits until they are heard of.
async fn placed(app: &TestApp, simulator: &Simulator, count: usize) -> Result<Vec<Uuid>> {
    let before = simulator.heard().len();
    for _ in 0..count {
        app.place(&order()).await?.expect(201);
    }
    Ok(simulator.hears(before + count).await?.split_off(before))
}

async fn status(app: &TestApp, id: Uuid) -> Result<String> {
    let read = app.order(&id.to_string()).await?;
    Ok(read.body["status"].as_str().unwrap_or_default().to_owned())
}

fn ignored(reason: &str) -> String {
    format!("pizza_events_ignored_total{{reason=\"{reason}\"}}")
}

#[tokio::test]
async fn an_order_is_followed_to_its_customer() -> Result<()> {
    let (app, simulator) = start().await?;
    let ids = placed(&app, &simulator, 3).await?;
    app.shows("pizza_orders_open", 3).await?;
    simulator.dispatched(&ids).await?;
    app.shows("pizza_orders_dispatched_total", 3).await?;
    assert_eq!(status(&app, ids[0]).await?, "dispatched");
    let refused = app.cancel(&ids[0].to_string()).await?;
    refused.expect_problem(409, "order_not_cancellable");
    simulator.delivered(&ids[..2]).await?;
    app.shows("pizza_orders_delivered_total", 2).await?;
    assert_eq!(status(&app, ids[1]).await?, "delivered");
    assert_eq!(status(&app, ids[2]).await?, "dispatched");
    app.shows("pizza_orders_open", 1).await?;
    simulator.delivered(&ids[2..]).await?;
    app.shows("pizza_orders_open", 0).await?;
    app.shows("pizza_oldest_open_order_age_seconds", 0).await?;
    app.shows("pizza_order_delivery_duration_seconds_count", 3)
        .await?;
    assert!(app.metric("pizza_order_delivery_duration_seconds_sum")? < 60.0);
    end(app, simulator).await
}

#[tokio::test]
async fn what_comes_again_or_in_the_wrong_order_counts_once() -> Result<()> {
    let (app, simulator) = start().await?;
    let ids = placed(&app, &simulator, 4).await?;
    for _ in 0..3 {
        simulator.delivered(&ids).await?;
    }
    app.shows(&ignored("repeated"), 8).await?;
    simulator.dispatched(&ids).await?;
    app.shows(&ignored("repeated"), 12).await?;
    for id in ids {
        assert_eq!(status(&app, id).await?, "delivered");
    }
    app.shows("pizza_orders_delivered_total", 4).await?;
    // What is delivered has been dispatched.
    app.shows("pizza_orders_dispatched_total", 4).await?;
    app.shows("pizza_order_delivery_duration_seconds_count", 4)
        .await?;
    end(app, simulator).await
}

#[tokio::test]
async fn unknown_and_cancelled_orders_are_ignored() -> Result<()> {
    let (app, simulator) = start().await?;
    for reason in ["unknown_order", "repeated", "cancelled"] {
        app.shows(&ignored(reason), 0).await?;
    }
    let ids = placed(&app, &simulator, 2).await?;
    app.cancel(&ids[0].to_string()).await?.expect(200);
    let told = [ids[0], Uuid::now_v7(), ids[1]];
    simulator.dispatched(&told).await?;
    app.shows(&ignored("unknown_order"), 1).await?;
    app.shows(&ignored("cancelled"), 1).await?;
    assert_eq!(status(&app, ids[0]).await?, "cancelled");
    assert_eq!(status(&app, ids[1]).await?, "dispatched");
    end(app, simulator).await
}

#[tokio::test]
async fn a_database_outage_delays_and_makes_no_dead_letters() -> Result<()> {
    let (app, simulator) = start().await?;
    let ids = placed(&app, &simulator, 2).await?;
    app.store.set_down(true);
    simulator.dispatched(&ids).await?;
    simulator.delivered(&ids).await?;
    let refused = app.store.refused();
    company_tests::until(
        "the outage is felt more than once",
        std::time::Duration::from_secs(20),
        async || (app.store.refused() > refused + 4).then_some(()),
    )
    .await?;
    app.store.set_down(false);
    app.shows("pizza_orders_delivered_total", 2).await?;
    app.shows("pizza_orders_dispatched_total", 2).await?;
    let dead = format!(
        "messaging_queue_dead_letters{{messaging_destination_name=\"{}\"}}",
        OrdersDelivered::TOPIC
    );
    app.shows(&dead, 0).await?;
    end(app, simulator).await
}

#[tokio::test]
async fn a_trip_of_many_orders_is_taken_whole() -> Result<()> {
    let (app, simulator) = start().await?;
    let mut ids = placed(&app, &simulator, 40).await?;
    // More than one transaction takes.
    ids.extend((0..2500).map(|_| Uuid::now_v7()));
    simulator.dispatched(&ids).await?;
    app.shows(&ignored("unknown_order"), 2500).await?;
    app.shows("pizza_orders_dispatched_total", 40).await?;
    end(app, simulator).await
}
