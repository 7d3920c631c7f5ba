//! What only a server can do: go away, and be shared.

use std::time::Duration;

use anyhow::Result;
use company_tests::postgres::Postgres;
use company_tests::until;
use pokedex_api::store::StoreError;

use super::{Fixture, open};
use crate::app;

#[tokio::test]
async fn copies_that_start_at_once_load_it_once() -> Result<()> {
    let mut server = Postgres::start().await?;
    let url = server.database("shared").await?;
    let folder = tempfile::tempdir()?;
    let mut config = app::config(&folder, &[])?.database;
    config.postgres_url = Some(url.into());
    let start = async || {
        open(&config)
            .await?
            .get(1025)
            .await
            .map_err(anyhow::Error::from)
    };
    let (one, two, three) = tokio::try_join!(start(), start(), start())?;
    for found in [one, two, three] {
        assert_eq!(found.map(|one| one.name).as_deref(), Some("Pecharunt"));
    }
    server.stop().await
}

#[tokio::test]
async fn an_outage_is_an_error_and_ends_by_itself() -> Result<()> {
    let mut server = Postgres::start().await?;
    let url = server.database("outage").await?;
    let fixture = Fixture::postgres(&url).await?;
    server.stop().await?;
    let read = fixture.store.get(25).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    server.start_again().await?;
    until("it reads again", Duration::from_secs(20), async || {
        fixture.store.get(25).await.ok().flatten()
    })
    .await?;
    server.stop().await
}
