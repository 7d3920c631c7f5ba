//! Where vehicles were.

use anyhow::{Context as _, Result};
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::app::{TestApp, a_minute_ago, seen};

const TRUCK: &str = "City%20Truck";

/// Its truck was seen once a second, each time where the second's number is.
async fn driven(seconds: i64) -> Result<(TestApp, OffsetDateTime)> {
    let app = TestApp::start().await?;
    let begin = a_minute_ago();
    let events: Vec<_> = (0..seconds)
        .flat_map(|n| {
            let at = begin + Duration::seconds(n);
            [seen("City Truck", at, n as f64), seen("Other", at, -1.0)]
        })
        .collect();
    app.handle(&events).await?;
    Ok((app, begin))
}

/// Walks through all pages. Returns the positions and the sizes of the pages.
async fn walk(app: &TestApp, query: &str) -> Result<(Vec<f64>, Vec<usize>)> {
    let (mut xs, mut sizes) = (Vec::new(), Vec::new());
    let mut since = String::new();
    loop {
        let page = app.history(TRUCK, &format!("{query}{since}")).await?;
        page.expect(200);
        sizes.push(page.xs().len());
        xs.extend(page.xs());
        match &page.body["next"] {
            Value::Null => return Ok((xs, sizes)),
            next => since = format!("&since={}", next.as_str().context("a cursor")?),
        }
    }
}

fn xs(range: std::ops::Range<u32>) -> Vec<f64> {
    range.map(f64::from).collect()
}

#[tokio::test]
async fn pages_show_each_position_once_the_oldest_first() -> Result<()> {
    let (app, _) = driven(7).await?;
    assert_eq!(walk(&app, "limit=3").await?, (xs(0..7), vec![3, 3, 1]));
    assert_eq!(
        walk(&app, "limit=7").await?,
        (xs(0..7), vec![7]),
        "no empty last page"
    );
    assert_eq!(walk(&app, "limit=1").await?.1, [1; 7]);
    Ok(())
}

#[tokio::test]
async fn a_page_has_100_positions_unless_asked_otherwise() -> Result<()> {
    let app = TestApp::start().await?;
    let begin = a_minute_ago();
    let events: Vec<_> = (0..1001)
        .map(|n| seen("City Truck", begin + Duration::milliseconds(n), n as f64))
        .collect();
    app.handle(&events).await?;
    assert_eq!(app.history(TRUCK, "").await?.xs(), xs(0..100));
    assert_eq!(
        walk(&app, "limit=1000").await?,
        (xs(0..1001), vec![1000, 1])
    );
    Ok(())
}

#[tokio::test]
async fn since_is_a_moment_and_includes_it() -> Result<()> {
    let (app, begin) = driven(5).await?;
    let third = begin + Duration::seconds(3);
    let elsewhere = third.to_offset(UtcOffset::from_hms(5, 30, 0)?);
    for (since, expected) in [
        (third, xs(3..5)),
        (elsewhere, xs(3..5)),
        (third + Duration::nanoseconds(1), xs(4..5)),
        (third - Duration::nanoseconds(1), xs(3..5)),
        (begin - Duration::days(700_000), xs(0..5)),
        (begin + Duration::hours(1), vec![]),
    ] {
        let text = since.format(&Rfc3339)?.replace('+', "%2B");
        let page = app.history(TRUCK, &format!("since={text}")).await?;
        page.expect(200);
        assert_eq!(page.xs(), expected, "{text}");
        assert_eq!(page.body["next"], Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn what_comes_late_takes_its_place() -> Result<()> {
    let (app, begin) = driven(4).await?;
    let between = begin + Duration::milliseconds(1500);
    app.handle(&[seen("City Truck", between, 99.0)]).await?;
    let page = app.history(TRUCK, "").await?;
    assert_eq!(page.xs(), [0.0, 1.0, 99.0, 2.0, 3.0]);
    let newest = app.vehicle(TRUCK).await?;
    assert_eq!(newest.body["position"]["x"], 3.0);
    Ok(())
}

#[tokio::test]
async fn who_was_never_seen_has_no_history() -> Result<()> {
    let (app, _) = driven(1).await?;
    let page = app.history("Nobody", "").await?;
    page.expect_problem(404, "vehicle_not_found");
    Ok(())
}
