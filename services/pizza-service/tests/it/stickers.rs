//! The sticker in the box: nice to have.

use std::time::{Duration, Instant};

use anyhow::Result;
use chassis::faults::Fault;
use contracts::pokemon::LAST_NUMBER;
use serde_json::{Value, json};

use crate::app::{TestApp, order};
use crate::neighbours::{Manner, Pokedex};

/// Given, and gone without: for a timeout, an error, an open circuit.
fn counts(app: &TestApp) -> Result<[u32; 4]> {
    let count = |sample: &str| -> Result<u32> { Ok(app.metric(sample)?.to_string().parse()?) };
    let fallback = |reason: &str| {
        count(&format!(
            "pizza_sticker_fallbacks_total{{reason=\"{reason}\"}}"
        ))
    };
    Ok([
        count("pizza_stickers_total")?,
        fallback("timeout")?,
        fallback("error")?,
        fallback("circuit_open")?,
    ])
}

async fn with(manner: Manner) -> Result<(TestApp, Pokedex)> {
    let pokedex = Pokedex::start(manner).await?;
    let app = TestApp::with(&[&pokedex.flag()]).await?;
    assert_eq!(counts(&app)?, [0; 4], "from the start");
    Ok((app, pokedex))
}

#[tokio::test]
async fn an_order_gets_a_sticker_and_keeps_it() -> Result<()> {
    let (app, pokedex) = with(Manner::Fine).await?;
    let placed = app.place_with_key("k-1", &order()).await?;
    placed.expect(201);
    let sticker = &placed.body["sticker"];
    let number = sticker["id"].as_u64().unwrap_or_default();
    assert!((1..=u64::from(LAST_NUMBER)).contains(&number), "{number}");
    assert_eq!(sticker["name"], format!("Number {number}"));
    assert_eq!(app.order(placed.id()).await?.body, placed.body);
    let again = app.place_with_key("k-1", &order()).await?;
    assert_eq!(again.body, placed.body, "a replay is the same");
    assert_eq!(app.orders("").await?.body["orders"], json!([placed.body]));
    assert_eq!(counts(&app)?, [2, 0, 0, 0]);
    assert_eq!(pokedex.calls(), 2);
    Ok(())
}

#[tokio::test]
async fn without_a_url_nobody_is_asked() -> Result<()> {
    let app = TestApp::start().await?;
    let placed = app.place(&order()).await?;
    assert_eq!(placed.body.get("sticker"), Some(&Value::Null));
    assert_eq!(counts(&app)?, [0; 4]);
    Ok(())
}

#[tokio::test]
async fn a_call_that_fails_fast_is_tried_again_once() -> Result<()> {
    let (app, pokedex) = with(Manner::Flaky).await?;
    let placed = app.place(&order()).await?;
    placed.expect(201);
    assert_ne!(placed.body["sticker"], Value::Null);
    assert_eq!((pokedex.calls(), counts(&app)?), (2, [1, 0, 0, 0]));
    Ok(())
}

#[tokio::test]
async fn an_order_is_taken_without_a_sticker_where_none_is_to_be_had() -> Result<()> {
    for (manner, calls) in [
        (Manner::Failing(500), 2),
        (Manner::Failing(429), 2),
        (Manner::Failing(404), 1),
        (Manner::Confused, 2),
    ] {
        let (app, pokedex) = with(manner).await?;
        let placed = app.place(&order()).await?;
        placed.expect(201);
        assert_eq!(placed.body["sticker"], Value::Null, "{manner:?}");
        assert_eq!(counts(&app)?, [0, 0, 1, 0], "{manner:?}");
        assert_eq!(pokedex.calls(), calls, "{manner:?}");
        assert_eq!(app.order(placed.id()).await?.body, placed.body);
    }
    Ok(())
}

#[tokio::test]
async fn a_slow_neighbour_does_not_make_orders_slow() -> Result<()> {
    let (app, pokedex) = with(Manner::Slow(Duration::from_mins(1))).await?;
    let start = Instant::now();
    let placed = app.place(&order()).await?;
    let took = start.elapsed();
    placed.expect(201);
    assert_eq!(placed.body["sticker"], Value::Null);
    // The limit is a quarter of a second; the rest is for a busy machine.
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(counts(&app)?, [0, 1, 0, 0]);
    assert_eq!(pokedex.calls(), 1, "a timeout is not tried again");
    Ok(())
}

#[tokio::test]
async fn a_neighbour_that_is_gone_is_left_alone_after_a_while() -> Result<()> {
    let (app, pokedex) = with(Manner::Failing(500)).await?;
    for _ in 0..30 {
        app.place(&order()).await?.expect(201);
    }
    let [given, timeouts, errors, open] = counts(&app)?;
    assert_eq!((given, timeouts, errors + open), (0, 0, 30));
    assert_eq!(errors, 10, "enough to know");
    assert_eq!(pokedex.calls(), 20, "each tried twice");
    pokedex.behave(Manner::Fine);
    let placed = app.place(&order()).await?;
    assert_eq!(placed.body["sticker"], Value::Null, "it is given a rest");
    assert_eq!(pokedex.calls(), 20);
    Ok(())
}

#[tokio::test]
async fn a_broken_dependency_is_counted_as_calls_that_fail() -> Result<()> {
    let (app, pokedex) = with(Manner::Fine).await?;
    let fault = Fault::Dependency {
        neighbour: "pokedex-api".into(),
        delay_ms: 0,
        error_ratio: 1.0,
    };
    app.faults.put(fault, Duration::from_mins(1));
    app.place(&order()).await?.expect(201);
    assert_eq!((pokedex.calls(), counts(&app)?), (0, [0, 0, 1, 0]));
    app.faults.take_back(None);
    let placed = app.place(&order()).await?;
    assert_ne!(placed.body["sticker"], Value::Null);
    Ok(())
}
