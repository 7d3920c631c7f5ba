//! All of a batch, or nothing.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Result;
use company_tests::until;
use contracts::Order;
use pizza_service::order::id;
use pizza_service::store::{Batch, Inserted, Page, StoreError};

use super::{Fixture, given, outbox};

const SOON: Duration = Duration::from_secs(20);

const ALL: Page = Page {
    status: None,
    before: id::LAST,
    limit: 1000,
};

pub(super) async fn batches_of_any_size_are_stored_whole(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let mut all: Vec<Order> = Vec::new();
    // Around the sizes of the statements that insert many rows.
    for size in [1, 2, 3, 31, 32, 63, 64, 65, 127, 200] {
        let orders: Vec<_> = (0..size).map(|n| given::order(&format!("{n}"))).collect();
        let written = store.write(&given::placing(&orders)).await?;
        assert_eq!(written.placements, vec![Inserted::New; size]);
        all.extend(orders);
    }
    let events = outbox(store).await?;
    let told: Vec<_> = events
        .iter()
        .map(|pending| pending.event.order_id)
        .collect();
    let ids: Vec<_> = all.iter().map(|order| order.id).collect();
    assert_eq!(told, ids, "one event an order");
    all.reverse();
    assert_eq!(store.list(ALL).await?, all);
    Ok(())
}

pub(super) async fn an_empty_batch_is_nothing(fixture: Fixture) -> Result<()> {
    let written = fixture.store.write(&Batch::default()).await?;
    assert!(written.placements.is_empty() && written.cancellations.is_empty());
    Ok(())
}

pub(super) async fn a_refused_row_leaves_nothing_of_its_batch(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let first = given::order("first");
    store
        .write(&given::placing(std::slice::from_ref(&first)))
        .await?;
    let good = given::order("good");
    let mut batch = given::placing(&[good.clone(), first.clone()]);
    batch.placements[0] = given::placement(&good, Some("k-1"));
    let refused = store.write(&batch).await;
    assert!(
        matches!(refused, Err(StoreError::Refused(_))),
        "{refused:?}"
    );
    assert_eq!(store.get(good.id).await?, None);
    assert_eq!(outbox(store).await?.len(), 1);
    // Its key is free again, and the connection is usable.
    let alone = Batch {
        placements: vec![given::placement(&good, Some("k-1"))],
        ..Batch::default()
    };
    assert_eq!(store.write(&alone).await?.placements, [Inserted::New]);
    Ok(())
}

pub(super) async fn what_was_written_is_there_after_a_restart(fixture: Fixture) -> Result<()> {
    let order = given::order("Ada");
    fixture
        .store
        .write(&given::placing(std::slice::from_ref(&order)))
        .await?;
    let restarted = fixture.another().await?;
    assert_eq!(restarted.get(order.id).await?, Some(order));
    Ok(())
}

/// Whoever waits for a batch may give up at any moment, as a time limit does.
pub(super) async fn a_batch_that_is_given_up_is_stored_whole_or_not_at_all(
    fixture: Fixture,
) -> Result<()> {
    let store = &fixture.store;
    let mut batches = Vec::new();
    for n in 0..60 {
        let orders: Vec<_> = (0..3).map(|_| given::order("Ada")).collect();
        let mut batch = given::placing(&orders);
        if n % 2 == 1 {
            batch.placements[1] = given::placement(&orders[1], Some(&format!("k-{n}")));
        }
        let limit = Duration::from_micros(n * 40);
        // Whether it is in time does not matter.
        let _ = tokio::time::timeout(limit, store.write(&batch)).await;
        batches.push(orders);
    }
    let last = given::order("last");
    store
        .write(&given::placing(std::slice::from_ref(&last)))
        .await?;
    // A commit that was under way may end after the last one.
    let stored = until("every commit has ended", SOON, async || {
        let stored = store.list(ALL).await.ok()?;
        let events = outbox(store).await.ok()?;
        (stored.len() == events.len()).then_some(stored)
    })
    .await?;
    let stored: HashSet<_> = stored.into_iter().map(|order| order.id).collect();
    assert!(stored.contains(&last.id));
    for orders in &batches {
        let found = orders
            .iter()
            .filter(|order| stored.contains(&order.id))
            .count();
        assert!(
            found == 0 || found == orders.len(),
            "{found} of {}",
            orders.len()
        );
    }
    Ok(())
}
