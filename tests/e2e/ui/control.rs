//! Drills from the control room.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::browser::SOON;
use company_tests::{Browser, Company, until};

use crate::{BINARY, QUIET};

/// The drill takes a minute, and waits for a quiet company first.
const DRILLED_WITHIN: Duration = Duration::from_mins(4);

async fn start(browser: &Browser, scenario: &str) -> Result<()> {
    let button = format!("[data-scenario={scenario}] .go button");
    until("the drill can be started", SOON, async || {
        let enabled = format!("{button}:enabled");
        (browser.count(&enabled).await.ok()? == 1).then_some(())
    })
    .await?;
    browser.click(&button).await
}

#[tokio::test]
async fn the_surge_is_started_watched_and_judged() -> Result<()> {
    let company = Company::open(BINARY, &[]).await?;
    let origin = company.url(8000);
    let browser = Browser::open().await?;
    browser.go(&format!("{origin}/control")).await?;
    for service in [
        "pizza-service",
        "pokedex-api",
        "position-simulator",
        "position-tracker",
        "ui",
        "loadgen",
    ] {
        let row = format!("#board [data-service={service}]");
        browser.shows(&row, "● up").await?;
    }
    browser.shows("#past", "No drill has run yet").await?;
    start(&browser, "surge").await?;
    browser.shows("#drill", "surge").await?;
    let others = browser.count("#catalogue .go button:enabled");
    ensure!(others.await? == 0, "another one could be started");

    browser
        .shows_within("#drill .log", "phase surge", DRILLED_WITHIN)
        .await?;
    browser
        .shows_within(
            "#alerts [data-alert=PizzaOrderSurge]",
            "▲ firing",
            DRILLED_WITHIN,
        )
        .await?;
    browser
        .shows("#drill .log", "▲ fires: PizzaOrderSurge")
        .await?;
    browser
        .shows("#drill .log", "told that PizzaOrderSurge")
        .await?;
    browser
        .shows_within("#drill .verdict", "PASS", DRILLED_WITHIN)
        .await?;
    browser.shows("#drill table", "PizzaOrderSurge").await?;
    browser.shows("#past", "PASS").await?;
    browser.shows("#charts", "Orders an hour").await?;

    let report = browser
        .run("return document.querySelector('#past a').href", &[])
        .await?;
    browser.go(report.as_str().context("a report")?).await?;
    browser.shows("body", "PizzaOrderSurge").await?;
    // On a busy machine Prometheus may take too long for once.
    browser.close(&origin, true).await?;
    company.close().await
}

#[tokio::test]
async fn a_drill_is_stopped_and_asks_for_the_token_first() -> Result<()> {
    let token = [("DRILLS_TOKEN", "open sesame".to_owned())];
    let company = Company::open_with(BINARY, &[], &token).await?;
    let origin = company.url(8000);
    let browser = Browser::open().await?;
    browser.go(&format!("{origin}/control")).await?;
    start(&browser, "error-burst").await?;
    for wrong_then_right in ["open barley", "open sesame"] {
        browser.element("#token[open]").await?;
        browser.fill("#token-value", wrong_then_right).await?;
        browser.click("#token button.primary").await?;
    }
    browser.shows("#drill", "error-burst").await?;
    browser
        .shows_within("#drill .log", "phase", DRILLED_WITHIN)
        .await?;
    browser.click("#drill .head button").await?;
    browser
        .shows_within("#drill .verdict", "INTERRUPTED", DRILLED_WITHIN)
        .await?;
    // The first two tries were refused.
    browser.close(&origin, true).await?;
    company.close().await
}

#[tokio::test]
async fn without_a_prometheus_it_says_how_to_get_one() -> Result<()> {
    let company = Company::open(BINARY, &QUIET).await?;
    let origin = company.url(8000);
    let browser = Browser::open().await?;
    browser.go(&format!("{origin}/control")).await?;
    browser
        .shows("#missing", "apt-get install prometheus")
        .await?;
    start(&browser, "surge").await?;
    browser
        .shows("#drill", "the company runs without Prometheus")
        .await?;
    browser.fill("#filter", "QueueDown").await?;
    browser.shows("#catalogue", "queue-outage").await?;
    ensure!(
        !browser.text("#catalogue").await?.contains("surge"),
        "not filtered"
    );
    browser.close(&origin, true).await?;
    company.close().await
}
