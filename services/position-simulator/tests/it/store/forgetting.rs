//! What is over is not kept for ever.

use anyhow::Result;

use super::{Fixture, given};

pub(super) async fn only_what_is_over_and_told_is_forgotten(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(5);
    store.accept(&orders).await?;
    let loaded = given::trip("City Truck", &orders[..4], given::second(1));
    store.depart(&loaded).await?;
    let later = given::second(3600);
    assert_eq!(store.forget(later, 10).await?, 0, "nobody was told");
    let due = store.due(given::second(1), 10).await?;
    store.announced(&due).await?;
    assert_eq!(store.forget(later, 10).await?, 0, "of the departure only");
    store.announced(&store.due(later, 10).await?).await?;
    assert_eq!(
        store.forget(loaded.trip.returns_at, 10).await?,
        0,
        "just over"
    );
    assert_eq!(store.forget(later, 10).await?, 1);
    assert_eq!(store.on_the_road(given::second(0)).await?, []);
    assert_eq!(
        store.accept(&orders).await?,
        4,
        "what is forgotten is driven again"
    );
    Ok(())
}

pub(super) async fn old_trips_are_forgotten_a_few_at_a_time(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(5);
    store.accept(&orders).await?;
    for (order, vehicle) in orders.iter().zip(["A", "B", "C", "D", "E"]) {
        let alone = std::slice::from_ref(order);
        store
            .depart(&given::trip(vehicle, alone, given::second(1)))
            .await?;
    }
    let later = given::second(3600);
    store.announced(&store.due(later, 10).await?).await?;
    let mut forgotten = Vec::new();
    for _ in 0..4 {
        forgotten.push(store.forget(later, 2).await?);
    }
    assert_eq!(forgotten, [2, 2, 1, 0]);
    Ok(())
}
