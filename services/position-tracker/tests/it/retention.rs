//! History is kept within its limits.

use anyhow::Result;
use time::{Duration, OffsetDateTime};

use crate::app::{TestApp, a_minute_ago, seen};
use crate::unreliable::Mood;

/// More than two deletions take.
const MANY: i64 = 5_000;

async fn driven(app: &TestApp, vehicle: &str, begin: OffsetDateTime, count: i64) -> Result<()> {
    let events: Vec<_> = (0..count)
        .map(|n| seen(vehicle, begin + Duration::milliseconds(n), n as f64))
        .collect();
    app.handle(&events).await?;
    Ok(())
}

async fn first_x(app: &TestApp, vehicle: &str) -> Result<Option<f64>> {
    let page = app.history(vehicle, "limit=1").await?;
    Ok(page.xs().first().copied())
}

#[tokio::test]
async fn each_vehicle_keeps_its_newest_positions() -> Result<()> {
    let app = TestApp::with(&["--history-limit=10"]).await?;
    let begin = a_minute_ago();
    driven(&app, "Long", begin, MANY).await?;
    driven(&app, "Short", begin, 10).await?;
    app.app.pruner.go_through(OffsetDateTime::now_utc()).await?;
    assert_eq!(first_x(&app, "Long").await?, Some(MANY as f64 - 10.0));
    assert_eq!(app.history("Long", "").await?.xs().len(), 10);
    assert_eq!(first_x(&app, "Short").await?, Some(0.0));
    let pruned = app.metric("vehicle_history_pruned_total")?;
    assert_eq!(pruned.to_string(), (MANY - 10).to_string());
    Ok(())
}

#[tokio::test]
async fn what_is_too_old_goes_and_who_was_not_seen_since_is_forgotten() -> Result<()> {
    let app = TestApp::with(&["--history-retention=2h"]).await?;
    let now = OffsetDateTime::now_utc();
    let begin = a_minute_ago();
    driven(&app, "Gone", begin, MANY).await?;
    driven(&app, "Here", begin, 3).await?;
    app.handle(&[seen("Here", begin + Duration::seconds(30), 30.0)])
        .await?;

    app.app.pruner.go_through(now + Duration::hours(1)).await?;
    assert_eq!(first_x(&app, "Gone").await?, Some(0.0), "not yet");

    let between = begin + Duration::seconds(20);
    app.app
        .pruner
        .go_through(between + Duration::hours(2))
        .await?;
    app.vehicle("Gone").await?.expect(404);
    app.history("Gone", "").await?.expect(404);
    app.vehicle("Here").await?.expect(200);
    assert_eq!(app.history("Here", "").await?.xs(), [30.0]);
    assert_eq!(app.metric("vehicles_known")?.to_string(), "1");

    let app = app.again().await?;
    app.vehicle("Gone").await?.expect(404);
    app.vehicle("Here").await?.expect(200);
    Ok(())
}

#[tokio::test]
async fn an_outage_is_an_error_and_nothing_is_forgotten() -> Result<()> {
    let app = TestApp::with(&["--history-limit=1"]).await?;
    driven(&app, "Van", a_minute_ago(), 3).await?;
    app.store.be(Mood::Down);
    let later = OffsetDateTime::now_utc() + Duration::days(2);
    assert!(app.app.pruner.go_through(later).await.is_err());
    app.vehicle("Van").await?.expect(200);
    Ok(())
}
