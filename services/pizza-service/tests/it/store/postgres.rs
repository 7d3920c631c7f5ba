//! What only a server can do: go away, and be shared.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use company_tests::postgres::Postgres;
use company_tests::until;
use futures::future::try_join_all;
use pizza_service::order::id;
use pizza_service::store::{Advanced, Batch, Cancellation, Cancelled, Inserted, StoreError, Taken};

use super::advancing::delivered;
use super::{Fixture, given, outbox};

#[tokio::test]
async fn an_outage_is_an_error_and_ends_by_itself() -> Result<()> {
    let mut server = Postgres::start().await?;
    let fixture = Fixture::postgres(&server.database("pizza").await?).await?;
    let store = &fixture.store;
    let before = given::order("before");
    store
        .write(&given::placing(std::slice::from_ref(&before)))
        .await?;
    server.stop().await?;
    let (during, batch) = {
        let during = given::order("during");
        (during.id, given::placing(&[during]))
    };
    let written = store.write(&batch).await;
    assert!(
        matches!(written, Err(StoreError::Unavailable(_))),
        "{written:?}"
    );
    let read = store.get(before.id).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    server.start_again().await?;
    until(
        "the store works again",
        Duration::from_secs(20),
        async || store.write(&batch).await.ok(),
    )
    .await?;
    assert!(store.get(during).await?.is_some());
    assert_eq!(store.get(before.id).await?, Some(before));
    server.stop().await
}

#[tokio::test]
async fn copies_of_the_service_share_keys_and_orders() -> Result<()> {
    const COPIES: usize = 4;
    const KEYS: usize = 50;
    let mut server = Postgres::start().await?;
    let fixture = Fixture::postgres(&server.database("pizza").await?).await?;
    let target = given::order("target");
    fixture
        .store
        .write(&given::placing(std::slice::from_ref(&target)))
        .await?;
    let mut copies = Vec::new();
    for copy in 0..COPIES {
        let store = fixture.another().await?;
        let mut keys: Vec<_> = (0..KEYS).map(|n| format!("k-{n}")).collect();
        // Each in another order, as requests come.
        keys.rotate_left(copy * 13);
        let batch = Batch {
            placements: keys
                .iter()
                .map(|key| given::placement(&given::order("Ada"), Some(key)))
                .collect(),
            cancellations: vec![Cancellation {
                id: target.id,
                at: id::next().1,
            }],
        };
        copies.push(tokio::spawn(async move {
            (Arc::clone(&store).write(&batch).await, store)
        }));
    }
    let (mut new, mut now) = (0, 0);
    for (written, _) in try_join_all(copies).await? {
        let written = written?;
        new += written
            .placements
            .iter()
            .filter(|one| **one == Inserted::New)
            .count();
        now += written
            .cancellations
            .iter()
            .filter(|one| matches!(one, Cancelled::Now(_)))
            .count();
    }
    assert_eq!((new, now), (KEYS, 1), "each key and the cancellation once");
    assert_eq!(outbox(&fixture.store).await?.len(), KEYS + 1);
    server.stop().await
}

/// Each event is told by one of them.
#[tokio::test]
async fn copies_of_the_service_take_different_events() -> Result<()> {
    let mut server = Postgres::start().await?;
    let fixture = Fixture::postgres(&server.database("pizza").await?).await?;
    let other = fixture.another().await?;
    let orders: Vec<_> = (0..5).map(|n| given::order(&format!("{n}"))).collect();
    fixture.store.write(&given::placing(&orders)).await?;
    let told = |taken: &dyn Taken| -> Vec<_> {
        let pending = taken.pending().iter();
        pending.map(|one| one.event.customer.clone()).collect()
    };
    let first = fixture.store.outbox_take(2).await?;
    let second = other.outbox_take(10).await?;
    assert_eq!(told(first.as_ref()), ["0", "1"]);
    assert_eq!(told(second.as_ref()), ["2", "3", "4"]);
    second.done().await?;
    // The first copy dies: what it has taken is there for others.
    drop(first);
    let rescued = until(
        "the events are free again",
        Duration::from_secs(20),
        async || {
            let taken = other.outbox_take(10).await.ok()?;
            (taken.pending().len() == 2).then_some(taken)
        },
    )
    .await?;
    assert_eq!(told(rescued.as_ref()), ["0", "1"]);
    rescued.done().await?;
    assert_eq!(outbox(&fixture.store).await?.len(), 0);
    server.stop().await
}

#[tokio::test]
async fn a_step_is_taken_once_whoever_is_told() -> Result<()> {
    const COPIES: usize = 4;
    let mut server = Postgres::start().await?;
    let fixture = Fixture::postgres(&server.database("pizza").await?).await?;
    let orders: Vec<_> = (0..100).map(|n| given::order(&format!("{n}"))).collect();
    fixture.store.write(&given::placing(&orders)).await?;
    let (_, at) = id::next();
    let mut copies = Vec::new();
    for copy in 0..COPIES {
        let store = fixture.another().await?;
        let mut steps: Vec<_> = orders.iter().map(|order| delivered(order.id, at)).collect();
        // Each in another order, as messages come.
        steps.rotate_left(copy * 13);
        copies.push(tokio::spawn(async move { store.advance(&steps).await }));
    }
    let mut now = 0;
    for advanced in try_join_all(copies).await? {
        let taken = |one: &&Advanced| matches!(one, Advanced::Now { .. });
        now += advanced?.iter().filter(taken).count();
    }
    assert_eq!(now, orders.len());
    server.stop().await
}
