//! When the database is broken: what the client sees, and what is counted.

use std::time::Duration;

use anyhow::Result;
use chassis::faults::Fault;

use crate::app::TestApp;

const TTL: Duration = Duration::from_mins(1);

fn lookups(app: &TestApp, outcome: &str) -> Result<String> {
    let sample = format!("pokedex_name_lookups_total{{outcome=\"{outcome}\"}}");
    Ok(app.metric(&sample)?.to_string())
}

#[tokio::test]
async fn a_database_that_fails_is_503_and_recovers_by_itself() -> Result<()> {
    let app = TestApp::start().await?;
    app.faults.put(Fault::DbError { ratio: 1.0 }, TTL);
    for answer in [
        app.pokemon("25").await?,
        app.named("pikachu").await?,
        app.page("").await?,
    ] {
        answer.expect_problem(503, "store_unavailable");
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(answer.header("etag"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(lookups(&app, "failed")?, "1");
    app.faults.take_back(None);
    app.pokemon("25").await?.expect(200);
    app.named("pikachu").await?.expect(200);
    Ok(())
}

#[tokio::test]
async fn every_outcome_is_there_from_the_start_and_counted() -> Result<()> {
    let app = TestApp::start().await?;
    for outcome in ["found", "not_found", "failed"] {
        assert_eq!(lookups(&app, outcome)?, "0", "{outcome}");
    }
    app.named("pikachu").await?.expect(200);
    app.named("PIKACHU").await?.expect(200);
    app.named("agumon").await?.expect(404);
    // No name, and so no lookup.
    app.named("\0").await?.expect(400);
    app.pokemon("25").await?.expect(200);
    assert_eq!(lookups(&app, "found")?, "2");
    assert_eq!(lookups(&app, "not_found")?, "1");
    assert_eq!(lookups(&app, "failed")?, "0");
    Ok(())
}
