//! What only a server can do: go away, and be shared.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use company_tests::postgres::Postgres;
use company_tests::until;
use position_tracker::store::StoreError;

use super::{Fixture, given, history};

#[tokio::test]
async fn an_outage_is_an_error_and_ends_by_itself() -> Result<()> {
    let mut server = Postgres::start().await?;
    let fixture = Fixture::postgres(&server.database("positions").await?).await?;
    let store = &fixture.store;
    store.store(&given::drive("Van", 0..3)).await?;
    server.stop().await?;
    let during = given::drive("Van", 3..5);
    let stored = store.store(&during).await;
    assert!(
        matches!(stored, Err(StoreError::Unavailable(_))),
        "{stored:?}"
    );
    server.start_again().await?;
    until(
        "the store works again",
        Duration::from_secs(20),
        async || store.store(&during).await.ok(),
    )
    .await?;
    let seconds = given::seconds(&history(&**store, "Van").await?);
    assert_eq!(seconds, [0, 1, 2, 3, 4]);
    server.stop().await
}

/// As when one takes over from another that has not ended yet.
#[tokio::test]
async fn copies_of_the_service_store_each_position_once() -> Result<()> {
    const COPIES: usize = 4;
    const VEHICLES: [&str; 5] = ["a", "b", "c", "d", "e"];
    let mut server = Postgres::start().await?;
    let fixture = Fixture::postgres(&server.database("positions").await?).await?;
    let mut copies = Vec::new();
    for copy in 0..COPIES {
        let store = fixture.another().await?;
        copies.push(tokio::spawn(async move {
            let mut stored = 0;
            for round in 0..20 {
                let mut batch: Vec<_> = VEHICLES
                    .into_iter()
                    .flat_map(|vehicle| given::drive(vehicle, round * 10..(round + 1) * 10))
                    .collect();
                // Each in another order, as messages come.
                batch.rotate_left(copy * 13);
                let new = Arc::clone(&store).store(&batch).await?;
                stored += new.into_iter().filter(|new| *new).count();
            }
            anyhow::Ok(stored)
        }));
    }
    let mut stored = 0;
    for copy in copies {
        stored += copy.await??;
    }
    assert_eq!(stored, VEHICLES.len() * 200);
    for vehicle in VEHICLES {
        assert_eq!(history(&*fixture.store, vehicle).await?.len(), 200);
    }
    server.stop().await
}
