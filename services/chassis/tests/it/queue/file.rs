//! What only the queue file can do, or fail at.

use anyhow::{Context as _, Result};
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use super::fixture::Fixture;

/// Why a service cannot be opened on these queues.
async fn refusal(fixture: &Fixture) -> Result<String> {
    let error = fixture.service().await.err().context("it opens")?;
    Ok(format!("{error:#}"))
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() -> Result<()> {
    let mut fixture = Fixture::file()?;
    let file = fixture.folder.path().join("no-folder");
    std::fs::write(&file, "")?;
    fixture.data_dir = file.join("data");
    let refusal = refusal(&fixture).await?;
    assert!(refusal.contains("no-folder/data"), "{refusal}");
    assert!(refusal.contains("DATA_DIR"), "{refusal}");
    Ok(())
}

#[tokio::test]
async fn a_folder_is_made_where_there_is_none() -> Result<()> {
    let mut fixture = Fixture::file()?;
    fixture.data_dir = fixture.folder.path().join("as/yet/unmade");
    let service = fixture.service().await?;
    service.publish([1]).await?;
    service.stop().await?;
    assert!(fixture.data_dir.join("queue.sqlite").exists());
    Ok(())
}

#[tokio::test]
async fn a_file_of_a_later_version_is_left_as_it_is() -> Result<()> {
    let fixture = Fixture::file()?;
    let path = fixture.data_dir.join("queue.sqlite");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut later = SqliteConnection::connect(&url).await?;
    later
        .execute("CREATE TABLE messages (thought TEXT); PRAGMA user_version = 2")
        .await?;
    later.close().await?;
    let refusal = refusal(&fixture).await?;
    assert!(refusal.contains("queue.sqlite"), "{refusal}");
    assert!(refusal.contains("later version"), "{refusal}");
    let mut later = SqliteConnection::connect(&url).await?;
    let tables: Vec<String> = sqlx::query_scalar("SELECT sql FROM sqlite_master")
        .fetch_all(&mut later)
        .await?;
    assert_eq!(tables, ["CREATE TABLE messages (thought TEXT)"]);
    later.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_something_else_is_refused() -> Result<()> {
    let fixture = Fixture::file()?;
    let path = fixture.data_dir.join("queue.sqlite");
    let letter = "Dear Sir or Madam, ".repeat(100);
    std::fs::write(&path, &letter)?;
    let refusal = refusal(&fixture).await?;
    assert!(refusal.contains("queue.sqlite"), "{refusal}");
    assert_eq!(std::fs::read_to_string(&path)?, letter);
    Ok(())
}

#[tokio::test]
async fn many_may_open_one_file_at_once() -> Result<()> {
    let fixture = Fixture::file()?;
    let opening = (0..8).map(|_| fixture.service());
    let services = futures::future::try_join_all(opening).await?;
    let publishing = services.iter().zip(0..);
    let publishing = publishing.map(|(service, number)| service.publish([number]));
    futures::future::try_join_all(publishing).await?;
    services[0]
        .notes_become("messaging_queue_depth", 8.0)
        .await?;
    for service in services {
        service.stop().await?;
    }
    Ok(())
}
