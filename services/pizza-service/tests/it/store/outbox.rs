//! The outbox, as its relay uses it.

use std::sync::Arc;

use anyhow::Result;
use contracts::OrderPlaced;
use pizza_service::events::Pending;
use pizza_service::order::id;
use pizza_service::store::{Batch, Cancellation, Store};

use super::{Fixture, given, outbox};

fn sequences(pending: &[Pending]) -> Vec<i64> {
    pending.iter().map(|pending| pending.sequence).collect()
}

/// Takes so many and says that they are told.
async fn tell(store: &Arc<dyn Store>, count: u32) -> Result<Vec<i64>> {
    let taken = store.outbox_take(count).await?;
    let told = sequences(taken.pending());
    taken.done().await?;
    Ok(told)
}

pub(super) async fn events_wait_in_order_until_they_are_done(fixture: Fixture) -> Result<()> {
    const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let store = &fixture.store;
    let orders: Vec<_> = (0..3).map(|n| given::order(&format!("{n}"))).collect();
    let mut batch = given::placing(&orders);
    batch.placements[1].traceparent = Some(TRACEPARENT.to_owned());
    store.write(&batch).await?;
    let pending = outbox(store).await?;
    let events: Vec<_> = pending
        .iter()
        .map(|pending| pending.event.clone())
        .collect();
    let expected: Vec<_> = orders.into_iter().map(OrderPlaced::from).collect();
    assert_eq!(events, expected);
    let traces: Vec<_> = pending
        .iter()
        .map(|one| one.traceparent.as_deref())
        .collect();
    assert_eq!(traces, [None, Some(TRACEPARENT), None]);
    assert!(pending.iter().all(|one| !one.withdrawn));
    let all = sequences(&pending);
    assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
    assert_eq!(outbox(store).await?, pending, "given back, they are there");
    Ok(())
}

pub(super) async fn events_are_taken_a_few_at_a_time(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders: Vec<_> = (0..5).map(|n| given::order(&format!("{n}"))).collect();
    store.write(&given::placing(&orders)).await?;
    let all = sequences(&outbox(store).await?);
    assert_eq!(tell(store, 2).await?, all[..2]);
    assert_eq!(tell(store, 2).await?, all[2..4]);
    assert_eq!(tell(store, 2).await?, all[4..]);
    assert_eq!(tell(store, 2).await?, [0; 0]);
    Ok(())
}

/// Or an acknowledgement that comes twice could hit another event.
pub(super) async fn a_sequence_is_never_used_again(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    store
        .write(&given::placing(&[given::order("first")]))
        .await?;
    let first = tell(store, 10).await?;
    store
        .write(&given::placing(&[given::order("second")]))
        .await?;
    let second = tell(store, 10).await?;
    assert!(second > first, "{first:?}, {second:?}");
    Ok(())
}

pub(super) async fn a_cancelled_order_s_event_is_withdrawn(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = [given::order("wanted"), given::order("cancelled")];
    store.write(&given::placing(&orders)).await?;
    let cancelling = Batch {
        cancellations: vec![Cancellation {
            id: orders[1].id,
            at: id::next().1,
        }],
        ..Batch::default()
    };
    store.write(&cancelling).await?;
    let withdrawn: Vec<_> = outbox(store)
        .await?
        .into_iter()
        .map(|one| (one.event.customer, one.withdrawn))
        .collect();
    let expected = [("wanted".to_owned(), false), ("cancelled".to_owned(), true)];
    assert_eq!(withdrawn, expected);
    Ok(())
}
