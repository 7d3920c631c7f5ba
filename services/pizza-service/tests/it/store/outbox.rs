//! The outbox, as a relay will use it.

use anyhow::Result;
use contracts::OrderPlaced;
use pizza_service::events::Pending;

use super::{Fixture, given};

fn sequences(pending: &[Pending]) -> Vec<i64> {
    pending.iter().map(|pending| pending.sequence).collect()
}

pub(super) async fn events_wait_in_order_until_they_are_acknowledged(
    fixture: Fixture,
) -> Result<()> {
    const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let store = &fixture.store;
    let orders: Vec<_> = (0..3).map(|n| given::order(&format!("{n}"))).collect();
    let mut batch = given::placing(&orders);
    batch.placements[1].traceparent = Some(TRACEPARENT.to_owned());
    store.write(&batch).await?;
    let pending = store.outbox_pending(10).await?;
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

    let all = sequences(&pending);
    assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
    assert_eq!(sequences(&store.outbox_pending(2).await?), all[..2]);
    for _ in 0..2 {
        store.outbox_done(&[all[0], all[2]]).await?;
        assert_eq!(sequences(&store.outbox_pending(10).await?), [all[1]]);
    }
    store.outbox_done(&[]).await?;
    assert_eq!(sequences(&store.outbox_pending(10).await?), [all[1]]);
    Ok(())
}

/// Or an acknowledgement that comes twice could hit another event.
pub(super) async fn a_sequence_is_never_used_again(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    store
        .write(&given::placing(&[given::order("first")]))
        .await?;
    let first = sequences(&store.outbox_pending(10).await?);
    store.outbox_done(&first).await?;
    store
        .write(&given::placing(&[given::order("second")]))
        .await?;
    let second = sequences(&store.outbox_pending(10).await?);
    assert!(second > first, "{first:?}, {second:?}");
    Ok(())
}
