//! What works while the database does not, and how old positions look then.

use anyhow::Result;
use serde_json::Value;
use time::Duration;

use crate::app::{TestApp, a_minute_ago, seen};
use crate::unreliable::Mood;

#[tokio::test]
async fn the_newest_positions_need_no_database() -> Result<()> {
    let app = TestApp::start().await?;
    app.handle(&[seen("Van", a_minute_ago(), 1.0)]).await?;
    app.store.be(Mood::Down);
    app.vehicles().await?.expect(200);
    app.vehicle("Van").await?.expect(200);
    app.vehicle("Nobody").await?.expect(404);
    let page = app.history("Van", "").await?;
    page.expect_problem(503, "store_unavailable");
    assert_eq!(page.header("retry-after"), "1");
    assert_eq!(page.body["cause"], Value::Null, "the client hears no more");
    app.store.be(Mood::Well);
    app.history("Van", "").await?.expect(200);
    Ok(())
}

#[tokio::test]
async fn positions_grow_old_when_none_come() -> Result<()> {
    let app = TestApp::start().await?;
    let age = || app.metric("vehicle_position_age_seconds");
    assert!(age()? == 0.0);
    let begin = a_minute_ago();
    app.handle(&[seen("Slow", begin, 1.0)]).await?;
    app.handle(&[seen("Quick", begin + Duration::seconds(50), 1.0)])
        .await?;
    let first = age()?;
    assert!((60.0..120.0).contains(&first), "{first}");
    let until = std::time::Duration::from_secs(20);
    company_tests::until("the age rises by itself", until, async || {
        (age().ok()? > first).then_some(())
    })
    .await?;
    app.handle(&[seen("Slow", begin + Duration::seconds(40), 2.0)])
        .await?;
    let now = age()?;
    assert!(now < first, "{now} after a newer position");
    Ok(())
}
