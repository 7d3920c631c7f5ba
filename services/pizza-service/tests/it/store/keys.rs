//! Idempotency keys.

use anyhow::Result;
use pizza_service::store::{Batch, Inserted, Placement};
use time::Duration;

use super::{Fixture, given, outbox};

fn batch(placements: Vec<Placement>) -> Batch {
    Batch {
        placements,
        ..Batch::default()
    }
}

pub(super) async fn a_key_belongs_to_its_first_order(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let (first, second) = (given::order("first"), given::order("second"));
    let (other, plain) = (given::order("other"), given::order("plain"));
    let written = store
        .write(&batch(vec![given::placement(&first, Some("k-1"))]))
        .await?;
    assert_eq!(written.placements, [Inserted::New]);
    let written = store
        .write(&batch(vec![
            given::placement(&plain, None),
            given::placement(&second, Some("k-1")),
            given::placement(&other, Some("k-2")),
        ]))
        .await?;
    let taken = Inserted::KeyTaken(Box::new(first.clone()));
    assert_eq!(written.placements, [Inserted::New, taken, Inserted::New]);
    assert_eq!(store.get(second.id).await?, None);
    let told: Vec<_> = outbox(store)
        .await?
        .into_iter()
        .map(|pending| pending.event.order_id)
        .collect();
    assert_eq!(told, [first.id, plain.id, other.id]);
    Ok(())
}

pub(super) async fn the_first_of_a_batch_gets_the_key(fixture: Fixture) -> Result<()> {
    let orders: Vec<_> = (0..40).map(|n| given::order(&format!("{n}"))).collect();
    let placements = orders
        .iter()
        .map(|order| given::placement(order, Some("k-1")));
    let written = fixture.store.write(&batch(placements.collect())).await?;
    let taken = Inserted::KeyTaken(Box::new(orders[0].clone()));
    assert_eq!(written.placements[0], Inserted::New);
    assert!(
        written.placements[1..]
            .iter()
            .all(|placement| *placement == taken)
    );
    Ok(())
}

pub(super) async fn old_keys_are_forgotten_a_few_at_a_time(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let mut old: Vec<_> = (0..5).map(|n| given::order(&format!("{n}"))).collect();
    for order in &mut old {
        order.placed_at -= Duration::hours(25);
    }
    let keys = ["k-0", "k-1", "k-2", "k-3", "k-4"];
    let placements = old
        .iter()
        .zip(keys)
        .map(|(order, key)| given::placement(order, Some(key)));
    store.write(&batch(placements.collect())).await?;
    let young = given::order("young");
    store
        .write(&batch(vec![given::placement(&young, Some("young"))]))
        .await?;
    let before = young.placed_at - Duration::hours(24);
    assert_eq!(store.prune_keys(before, 3).await?, 3);
    assert_eq!(store.prune_keys(before, 3).await?, 2);
    assert_eq!(store.prune_keys(before, 3).await?, 0);
    let again = batch(vec![
        given::placement(&given::order("again"), Some("k-0")),
        given::placement(&given::order("again"), Some("young")),
    ]);
    let taken = Inserted::KeyTaken(Box::new(young));
    assert_eq!(
        store.write(&again).await?.placements,
        [Inserted::New, taken]
    );
    Ok(())
}
