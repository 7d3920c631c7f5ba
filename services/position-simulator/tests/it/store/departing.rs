//! Trips begin once.

use std::sync::Arc;

use anyhow::Result;
use time::Duration;

use super::{Fixture, given};

pub(super) async fn a_trip_takes_its_orders(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(500);
    store.accept(&orders).await?;
    let mut loaded = given::trip("Village Van 2", &orders[..400], given::second(1));
    loaded.trip.traceparent = Some(given::TRACEPARENT.to_owned());
    assert_eq!(store.depart(&loaded).await?, Some(loaded.trip.clone()));
    assert_eq!(store.waiting(500).await?, orders[400..]);
    assert_eq!(store.count_waiting().await?, 100);

    assert_eq!(loaded.trip.stops.len(), 4, "one a corner");
    let returns_at = loaded.trip.returns_at;
    let just_before = returns_at - Duration::milliseconds(1);
    assert_eq!(store.on_the_road(just_before).await?, [loaded.trip]);
    assert_eq!(store.on_the_road(returns_at).await?, []);
    Ok(())
}

/// An attempt whose end nobody saw is repeated with a later departure.
pub(super) async fn a_trip_that_is_stored_stays_as_it_is(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(3);
    store.accept(&orders).await?;
    let first = given::trip("City Truck", &orders, given::second(1));
    let mut again = first.clone();
    again.trip.put_off_to(given::second(9));
    let length = first.trip.returns_at - first.trip.departs_at;
    assert_eq!(again.trip.returns_at, given::second(9) + length);
    store.depart(&first).await?;
    assert_eq!(store.depart(&again).await?, Some(first.trip.clone()));
    assert_eq!(store.on_the_road(given::second(0)).await?, [first.trip]);
    Ok(())
}

pub(super) async fn a_van_is_on_one_trip_at_a_time(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(6);
    store.accept(&orders).await?;
    let first = given::trip("City Truck", &orders[..2], given::second(1));
    store.depart(&first).await?;
    let back = first.trip.returns_at;
    let early = given::trip("City Truck", &orders[2..4], back - Duration::SECOND);
    assert_eq!(store.depart(&early).await?, None);
    assert_eq!(
        store.waiting(10).await?,
        orders[2..],
        "nothing of it is stored"
    );

    let later = given::trip("City Truck", &orders[2..4], given::second(3600));
    assert!(store.depart(&later).await?.is_some());
    let other = given::trip("Village Van", &orders[4..], given::second(2));
    assert!(store.depart(&other).await?.is_some());
    assert_eq!(store.count_waiting().await?, 0);
    Ok(())
}

pub(super) async fn an_order_is_on_one_trip(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(3);
    store.accept(&orders).await?;
    let first = given::trip("City Truck", &orders[..2], given::second(1));
    store.depart(&first).await?;
    let second = given::trip("Village Van", &orders[1..], given::second(2));
    assert_eq!(store.depart(&second).await?, None);
    assert_eq!(
        store.waiting(10).await?,
        orders[2..],
        "nothing of it is stored"
    );
    assert_eq!(store.on_the_road(given::second(0)).await?, [first.trip]);

    let unknown = given::trip("Village Van", &given::orders(1), given::second(2));
    assert_eq!(store.depart(&unknown).await?, None, "nobody has placed it");
    Ok(())
}

pub(super) async fn of_copies_that_send_the_same_orders_one_does(fixture: Fixture) -> Result<()> {
    let orders = given::orders(40);
    fixture.store.accept(&orders).await?;
    let mut copies = tokio::task::JoinSet::new();
    for vehicle in ["City Truck", "City Truck", "Village Van", "Village Van 2"] {
        let store = fixture.another().await?;
        let loaded = given::trip(vehicle, &orders, given::second(1));
        copies.spawn(async move { Arc::clone(&store).depart(&loaded).await });
    }
    let mut stored = Vec::new();
    while let Some(outcome) = copies.join_next().await {
        stored.extend(outcome??);
    }
    assert_eq!(stored.len(), 1, "{stored:?}");
    assert_eq!(fixture.store.on_the_road(given::second(0)).await?, stored);
    Ok(())
}

pub(super) async fn what_was_stored_is_there_after_a_restart(fixture: Fixture) -> Result<()> {
    let orders = given::orders(9);
    fixture.store.accept(&orders).await?;
    let loaded = given::trip("City Truck", &orders[..5], given::second(1));
    fixture.store.depart(&loaded).await?;
    let again = fixture.another().await?;
    assert_eq!(again.waiting(10).await?, orders[5..]);
    assert_eq!(again.on_the_road(given::second(0)).await?, [loaded.trip]);
    let due = again.due(given::second(3600), 100).await?;
    assert_eq!(due.departures.len(), 1);
    Ok(())
}
