//! Requests that make no sense: each is told what is wrong with it, and none is our fault.

use anyhow::Result;

use crate::app::{TestApp, a_minute_ago, seen};

#[tokio::test]
async fn a_wrong_parameter_is_named() -> Result<()> {
    let app = TestApp::start().await?;
    app.handle(&[seen("Van", a_minute_ago(), 1.0)]).await?;
    for limit in [
        "0",
        "1001",
        "-1",
        "+1",
        "ten",
        "",
        "1e2",
        "99999999999999999999",
    ] {
        let answer = app.history("Van", &format!("limit={limit}")).await?;
        answer.expect_problem(400, "bad_parameter");
        answer.expect_field("limit");
    }
    for since in [
        "",
        "yesterday",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00+02:00",
        "2026-13-31T12:00:00Z",
        "1769860800",
        "%00",
        "10000-01-01T00:00:00Z",
    ] {
        let answer = app.history("Van", &format!("since={since}")).await?;
        answer.expect_problem(400, "bad_parameter");
        answer.expect_field("since");
    }
    for query in ["until=now", "limit=1&limit=2", "%FF=1"] {
        let answer = app.history("Van", query).await?;
        answer.expect_problem(400, "bad_query");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_that_is_no_text_is_refused() -> Result<()> {
    let app = TestApp::start().await?;
    for path in ["/vehicles/%FF", "/vehicles/%C3%28/history"] {
        app.get(path).await?.expect_problem(400, "bad_path");
    }
    Ok(())
}

#[tokio::test]
async fn paths_that_are_none_of_ours_are_not_found() -> Result<()> {
    let app = TestApp::start().await?;
    for path in [
        "/",
        "/vehicles/",
        "/vehicles/a/b",
        "/vehicles/stream/",
        "/metrics",
    ] {
        app.get(path).await?.expect_problem(404, "not_found");
    }
    Ok(())
}
