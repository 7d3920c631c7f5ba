//! What the company is told.

use anyhow::Result;
use position_simulator::store::Due;
use time::Duration;

use super::{Fixture, given};

pub(super) async fn announcements_wait_for_their_moment_and_for_the_queue(
    fixture: Fixture,
) -> Result<()> {
    let store = &fixture.store;
    let orders = given::orders(20);
    store.accept(&orders).await?;
    let mut loaded = given::trip("City Truck", &orders, given::second(1));
    loaded.trip.traceparent = Some(given::TRACEPARENT.to_owned());
    store.depart(&loaded).await?;
    let trip = &loaded.trip;

    let early = store
        .due(given::second(1) - Duration::milliseconds(1), 100)
        .await?;
    assert_eq!(early, Due::default());
    let mut due = store.due(given::second(1), 100).await?;
    assert_eq!(due.deliveries, []);
    let departure = &mut due.departures[0];
    departure.order_ids.sort_unstable();
    assert_eq!(departure.order_ids, given::ids(&orders));
    assert_eq!(
        (departure.trip_id, departure.at),
        (trip.id, given::second(1))
    );
    assert_eq!(departure.vehicle, "City Truck");
    assert_eq!(departure.traceparent.as_deref(), Some(given::TRACEPARENT));
    for _ in 0..2 {
        store.announced(&due).await?;
        assert_eq!(store.due(given::second(1), 100).await?, Due::default());
    }

    let second_stop = trip.stops[1].due_at;
    let due = store.due(second_stop, 100).await?;
    assert_eq!(due.departures, []);
    let places: Vec<_> = due.deliveries.iter().map(|one| one.place).collect();
    assert_eq!(places, [0, 1], "in the order of the stops");
    for delivery in &due.deliveries {
        let stop = trip.stops[delivery.place];
        assert_eq!((delivery.trip_id, delivery.at), (trip.id, stop.due_at));
        assert_eq!(delivery.vehicle, "City Truck");
        assert_eq!(delivery.traceparent.as_deref(), Some(given::TRACEPARENT));
        let there: Vec<_> = orders
            .iter()
            .filter(|order| order.corner == stop.corner)
            .cloned()
            .collect();
        let mut told = delivery.order_ids.clone();
        told.sort_unstable();
        assert_eq!(told, given::ids(&there));
    }
    store.announced(&due).await?;
    let rest = store.due(trip.returns_at, 100).await?;
    let places: Vec<_> = rest.deliveries.iter().map(|one| one.place).collect();
    assert_eq!(places, [2, 3]);
    Ok(())
}

pub(super) async fn announcements_come_a_few_at_a_time(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    for (seconds, vehicle) in (1..).zip(["City Truck", "Village Van", "Village Van 2"]) {
        let orders = given::orders(8);
        store.accept(&orders).await?;
        store
            .depart(&given::trip(vehicle, &orders, given::second(seconds)))
            .await?;
    }
    let (mut departures, mut deliveries) = (Vec::new(), Vec::new());
    loop {
        let due = store.due(given::second(3600), 2).await?;
        if due == Due::default() {
            break;
        }
        assert!(due.departures.len() <= 2 && due.deliveries.len() <= 2);
        departures.extend(due.departures.iter().map(|one| one.at));
        deliveries.extend(due.deliveries.iter().map(|one| one.at));
        store.announced(&due).await?;
    }
    assert_eq!(departures, [1, 2, 3].map(given::second));
    assert_eq!(deliveries.len(), 12);
    assert!(deliveries.is_sorted(), "the oldest first: {deliveries:?}");
    Ok(())
}
