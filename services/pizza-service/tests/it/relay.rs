//! Orders are told to others: late if need be, but all of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use chassis::faults::{Fault, Kind};
use contracts::{Event as _, OrderPlaced};
use uuid::Uuid;

use crate::app::{TestApp, order};
use crate::neighbours::Simulator;

const TTL: Duration = Duration::from_mins(1);

/// Places so many orders. Returns their ids, in their order.
async fn place(app: &TestApp, count: usize) -> Result<Vec<Uuid>> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let placed = app.place(&order()).await?;
        placed.expect(201);
        ids.push(placed.id().parse()?);
    }
    Ok(ids)
}

async fn start() -> Result<(Arc<tempfile::TempDir>, TestApp, Simulator)> {
    let folder = Arc::new(tempfile::tempdir()?);
    let app = TestApp::connected(&folder).await?;
    let simulator = Simulator::open(folder.path()).await?;
    simulator.listen();
    Ok((folder, app, simulator))
}

#[tokio::test]
async fn an_order_is_told_to_others_in_full() -> Result<()> {
    let (_folder, app, simulator) = start().await?;
    let placed = app.place(&order()).await?;
    let heard = simulator.hears(1).await?;
    assert_eq!(heard, [placed.id().parse::<Uuid>()?]);
    let event = &simulator.heard()[0].event;
    assert_eq!(event.address, "1 Main Street");
    assert_eq!(event.customer, "Ada");
    assert_eq!(serde_json::to_value(&event.items)?, placed.body["items"]);
    app.shows("pizza_outbox_pending", 0).await?;
    app.shows("pizza_outbox_oldest_age_seconds", 0).await?;
    simulator.end().await?;
    app.end().await
}

#[tokio::test]
async fn many_orders_are_told_once_each_and_in_order() -> Result<()> {
    let (_folder, app, simulator) = start().await?;
    let placed = place(&app, 700).await?;
    assert_eq!(simulator.hears(700).await?, placed);
    app.end().await?;
    assert_eq!(simulator.heard().len(), 700, "none came twice");
    simulator.end().await
}

#[tokio::test]
async fn an_outage_of_the_queue_fails_no_order_and_loses_none() -> Result<()> {
    let (_folder, app, simulator) = start().await?;
    let before = place(&app, 3).await?;
    simulator.hears(3).await?;
    app.faults.put(Fault::QueueDisconnect {}, TTL);
    let start = Instant::now();
    let during = place(&app, 20).await?;
    let took = start.elapsed();
    assert!(
        took < Duration::from_secs(5),
        "orders do not wait: {took:?}"
    );
    app.shows("pizza_outbox_pending", 20).await?;
    company_tests::until("the oldest grows old", TTL, async || {
        let age = app.metric("pizza_outbox_oldest_age_seconds").ok()?;
        (age > 0.5).then_some(())
    })
    .await?;
    assert_eq!(simulator.heard().len(), 3, "nothing passes");
    app.faults.take_back(Some(Kind::QueueDisconnect));
    let after = place(&app, 1).await?;
    let heard: BTreeSet<_> = simulator.hears(24).await?.into_iter().collect();
    assert_eq!(
        heard,
        [before, during, after].concat().into_iter().collect()
    );
    app.shows("pizza_outbox_pending", 0).await?;
    simulator.end().await?;
    app.end().await
}

#[tokio::test]
async fn what_is_not_told_before_the_end_is_told_after_the_next_start() -> Result<()> {
    let (folder, app, simulator) = start().await?;
    app.faults.put(Fault::QueueDisconnect {}, TTL);
    let placed = place(&app, 5).await?;
    app.end().await?;
    assert_eq!(simulator.heard().len(), 0);
    let app = TestApp::connected(&folder).await?;
    let heard = simulator.hears(5).await?;
    assert_eq!(heard, placed);
    simulator.end().await?;
    app.end().await
}

#[tokio::test]
async fn the_last_orders_are_told_before_the_end() -> Result<()> {
    let folder = Arc::new(tempfile::tempdir()?);
    let app = TestApp::connected(&folder).await?;
    let placed = place(&app, 50).await?;
    app.end().await?;
    // Nobody else could have told of them: the service is gone.
    let simulator = Simulator::open(folder.path()).await?;
    simulator.listen();
    assert_eq!(simulator.hears(50).await?, placed);
    simulator.end().await
}

#[tokio::test]
async fn an_order_that_is_cancelled_in_time_is_not_told() -> Result<()> {
    let (_folder, app, simulator) = start().await?;
    app.faults.put(Fault::QueueDisconnect {}, TTL);
    let placed = place(&app, 3).await?;
    app.cancel(&placed[1].to_string()).await?.expect(200);
    app.faults.take_back(None);
    assert_eq!(simulator.hears(2).await?, [placed[0], placed[2]]);
    app.shows("pizza_outbox_pending", 0).await?;
    assert_eq!(simulator.heard().len(), 2);
    simulator.end().await?;
    app.end().await
}

#[tokio::test]
async fn a_database_that_comes_back_is_told_from() -> Result<()> {
    let (_folder, app, simulator) = start().await?;
    place(&app, 1).await?;
    simulator.hears(1).await?;
    app.store.set_down(true);
    app.place(&order()).await?.expect(503);
    app.store.set_down(false);
    let placed = place(&app, 2).await?;
    assert_eq!(simulator.hears(3).await?[1..], placed);
    let sent = format!(
        "messaging_client_sent_messages_total{{messaging_destination_name=\"{}\"}}",
        OrderPlaced::TOPIC
    );
    app.shows(&sent, 3).await?;
    simulator.end().await?;
    app.end().await
}
