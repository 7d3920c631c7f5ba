//! An order, from the menu to the door.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::browser::SOON;
use company_tests::{Browser, Company, until};
use serde_json::json;

use crate::{BINARY, QUIET};

/// A customer who is up to something.
const NAME: &str = r#"Zoë <img src=x onerror="document.title='taken'">"#;

/// A van takes what waits, and drives there.
const DELIVERED_WITHIN: Duration = Duration::from_mins(2);

async fn order(browser: &Browser) -> Result<()> {
    browser
        .click(".pizza:nth-child(2) button:nth-child(1)")
        .await?;
    browser
        .click(".pizza:nth-child(5) button:nth-child(3)")
        .await?;
    browser
        .click("#basket li:last-child button:last-child")
        .await?;
    browser
        .shows("#basket", "2 × Quattro formaggi, large")
        .await?;
    browser.fill("#customer", NAME).await?;
    browser.element("#pick svg").await?.click().await?;
    let address = "return document.getElementById('address').value";
    let address = browser.run(address, &[]).await?;
    let address = address.as_str().context("an address")?;
    let is_a_house = address.starts_with(|c: char| c.is_ascii_digit()) && address.contains(' ');
    ensure!(is_a_house, "the click has chosen {address:?}");
    ensure!(
        browser.count("#pick .pin").await? == 1,
        "no pin for {address}"
    );
    browser.click("#order button[type=submit]").await
}

#[tokio::test]
async fn an_order_is_seen_all_the_way() -> Result<()> {
    let company = Company::open(BINARY, &QUIET).await?;
    let origin = company.url(8000);
    let browser = Browser::open().await?;
    browser.go(&origin).await?;
    browser.shows("#orders", "No order yet").await?;
    order(&browser).await?;

    browser.shows(".order h3", NAME).await?;
    browser.shows(".order .steps .now", "Taken").await?;
    browser.shows(".order .sticker .number", "#").await?;
    browser.shows(".order .sticker .types", "").await?;
    browser
        .shows_within(".order .steps .now", "On its way", DELIVERED_WITHIN)
        .await?;
    until("its van is on the map", SOON, async || {
        let vans = browser.count(".order .van:not([hidden])").await.ok()?;
        (vans == 1).then_some(())
    })
    .await?;
    browser
        .shows_within(".order .steps .now", "Delivered", DELIVERED_WITHIN)
        .await?;
    ensure!(
        browser.count(".order img").await? == 0,
        "the name has become an element"
    );
    let title = browser.run("return document.title", &[]).await?;
    ensure!(title != json!("taken"), "the name was run");

    browser.reload().await?;
    browser.shows(".order .steps .now", "Delivered").await?;
    let trace = browser
        .run("return document.querySelector('.order a').href", &[])
        .await?;
    let trace = trace.as_str().context("a link to the trace")?.to_owned();
    browser.go(&trace).await?;
    for part in [
        "ui POST /api/orders",
        "pizza-service POST /orders",
        "pokedex-api",
        "position-simulator",
    ] {
        browser.reload().await?;
        browser.shows("#trace", part).await?;
    }
    browser.close(&origin, false).await?;
    company.close().await
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_is_ordered() -> Result<()> {
    let company = Company::open(BINARY, &QUIET).await?;
    let origin = company.url(8000);
    let browser = Browser::open().await?;
    browser.go(&origin).await?;
    browser.click("#order button[type=submit]").await?;
    browser.shows("#refusal", "Choose a pizza first").await?;
    browser.click(".pizza:nth-child(1) button").await?;
    browser.click("#order button[type=submit]").await?;
    browser.shows("#refusal", "Name is missing").await?;
    browser.fill("#customer", "Ada").await?;
    browser.click("#order button[type=submit]").await?;
    browser.shows("#refusal", "Address is missing").await?;
    let created = company.metric(9111, "pizza_orders_created_total").await;
    ensure!(created == Some(0.0), "{created:?} orders");
    browser.close(&origin, false).await?;
    company.close().await
}
