//! Orders that wait for a van.

use anyhow::Result;
use position_simulator::store;

use super::{Fixture, given};

pub(super) async fn orders_wait_the_oldest_first(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(200);
    let (older, newer) = orders.split_at(120);
    assert_eq!(store.accept(newer).await?, 80);
    assert_eq!(store.accept(older).await?, 120);
    assert_eq!(store.count_waiting().await?, 200);
    assert_eq!(store.waiting(3).await?, orders[..3]);
    assert_eq!(store.waiting(500).await?, orders);
    Ok(())
}

pub(super) async fn an_order_is_accepted_once(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(4);
    assert_eq!(store.accept(&orders[..2]).await?, 2);
    let twice = [&orders[1..], &orders[3..]].concat();
    assert_eq!(
        store.accept(&twice).await?,
        2,
        "one was known, one came twice"
    );
    assert_eq!(store.waiting(10).await?, orders);

    let loaded = given::trip("City Truck", &orders, given::second(1));
    store.depart(&loaded).await?;
    assert_eq!(store.accept(&orders).await?, 0, "they are on the road");
    let due = store.due(given::second(3600), 100).await?;
    store.announced(&due).await?;
    assert_eq!(store.accept(&orders).await?, 0, "they are delivered");
    assert_eq!(store.count_waiting().await?, 0);
    Ok(())
}

pub(super) async fn nothing_is_nothing(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    assert_eq!(store.accept(&[]).await?, 0);
    assert_eq!(store.waiting(10).await?, []);
    assert_eq!(store.count_waiting().await?, 0);
    assert_eq!(store.on_the_road(given::second(0)).await?, []);
    let due = store.due(given::second(0), 10).await?;
    assert_eq!(due, store::Due::default());
    store.announced(&due).await?;
    assert_eq!(store.forget(given::second(0), 10).await?, 0);
    Ok(())
}
