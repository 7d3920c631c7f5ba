//! What only a server can do: go away.

use std::time::Duration;

use anyhow::Result;
use company_tests::postgres::Postgres;
use company_tests::until;
use position_simulator::store::StoreError;

use super::{Fixture, given};

#[tokio::test]
async fn an_outage_is_an_error_and_ends_by_itself() -> Result<()> {
    let mut server = Postgres::start().await?;
    let fixture = Fixture::postgres(&server.database("simulator").await?).await?;
    let store = &fixture.store;
    let orders = given::orders(4);
    store.accept(&orders).await?;
    let first = given::trip("City Truck", &orders[..2], given::second(1));
    store.depart(&first).await?;
    server.stop().await?;
    let second = given::trip("Village Van", &orders[2..], given::second(2));
    let during = store.depart(&second).await;
    assert!(
        matches!(during, Err(StoreError::Unavailable(_))),
        "{during:?}"
    );
    let read = store.due(given::second(1), 10).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    server.start_again().await?;
    let stored = until(
        "the store works again",
        Duration::from_secs(20),
        async || store.depart(&second).await.ok(),
    )
    .await?;
    assert_eq!(stored, Some(second.trip.clone()));
    assert_eq!(
        store.on_the_road(given::second(0)).await?,
        [first.trip, second.trip]
    );
    server.stop().await
}
