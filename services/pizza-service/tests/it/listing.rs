//! Pages of orders.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::app::{TestApp, order};

/// Walks through all pages. Returns the ids and the sizes of the pages.
async fn walk(app: &TestApp, query: &str) -> Result<(Vec<String>, Vec<usize>)> {
    let (mut ids, mut sizes) = (Vec::new(), Vec::new());
    let mut after = String::new();
    loop {
        let page = app.orders(&format!("{query}{after}")).await?;
        page.expect(200);
        let orders = page.body["orders"].as_array().context("orders")?;
        sizes.push(orders.len());
        ids.extend(
            orders
                .iter()
                .filter_map(|order| Some(order["id"].as_str()?.to_owned())),
        );
        match &page.body["next"] {
            Value::Null => return Ok((ids, sizes)),
            next => after = format!("&after={}", next.as_str().context("a cursor")?),
        }
    }
}

async fn place(app: &TestApp, count: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(app.place(&order()).await?.id().to_owned());
    }
    ids.reverse();
    Ok(ids)
}

#[tokio::test]
async fn pages_show_each_order_once_the_newest_first() -> Result<()> {
    let app = TestApp::start().await?;
    let ids = place(&app, 7).await?;
    assert_eq!(walk(&app, "limit=3").await?, (ids.clone(), vec![3, 3, 1]));
    assert_eq!(
        walk(&app, "limit=7").await?,
        (ids.clone(), vec![7]),
        "no empty last page"
    );
    assert_eq!(walk(&app, "").await?, (ids, vec![7]));
    Ok(())
}

#[tokio::test]
async fn an_order_that_comes_meanwhile_moves_nothing() -> Result<()> {
    let app = TestApp::start().await?;
    let ids = place(&app, 4).await?;
    let first = app.orders("limit=2").await?;
    place(&app, 3).await?;
    let next = first.body["next"].as_str().context("a cursor")?;
    let second = app.orders(&format!("limit=2&after={next}")).await?;
    assert_eq!(second.body["orders"][0]["id"], json!(ids[2]));
    assert_eq!(second.body["next"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn a_status_filters() -> Result<()> {
    let app = TestApp::start().await?;
    let ids = place(&app, 5).await?;
    for id in [&ids[1], &ids[3]] {
        app.cancel(id).await?.expect(200);
    }
    let cancelled = vec![ids[1].clone(), ids[3].clone()];
    assert_eq!(
        walk(&app, "status=cancelled&limit=1").await?,
        (cancelled, vec![1, 1])
    );
    let placed = vec![ids[0].clone(), ids[2].clone(), ids[4].clone()];
    assert_eq!(
        walk(&app, "status=placed&limit=2").await?,
        (placed, vec![2, 1])
    );
    assert_eq!(walk(&app, "status=delivered").await?, (vec![], vec![0]));
    Ok(())
}

#[tokio::test]
async fn a_page_has_20_orders_unless_asked_otherwise() -> Result<()> {
    let app = TestApp::start().await?;
    place(&app, 21).await?;
    assert_eq!(walk(&app, "").await?.1, [20, 1]);
    assert_eq!(walk(&app, "limit=100").await?.1, [21]);
    Ok(())
}
