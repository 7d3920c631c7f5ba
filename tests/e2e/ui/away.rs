//! Pages whose services are away.

use anyhow::{Result, ensure};
use company_tests::browser::SOON;
use company_tests::{Browser, until};

use crate::PAGES;
use crate::lone::Lone;

/// What each page says, and where.
const SAYS: [(&str, &str, &str); 5] = [
    (
        "/",
        "#menu",
        "The menu is not to be had: pizza-service does not answer",
    ),
    ("/fleet", "#connection", "position-tracker"),
    ("/pokedex", "#found", "pokedex-api does not answer"),
    ("/control", "#catalogue", "loadgen does not answer"),
    ("/traces", "#connection", "loadgen does not answer"),
];

#[tokio::test]
async fn every_page_says_who_is_away() -> Result<()> {
    ensure!(SAYS.len() == PAGES.len());
    let nowhere = "--metrics-url=http://127.0.0.1:1".to_owned();
    let ui = Lone::start(&[nowhere]).await?;
    let browser = Browser::open().await?;
    for (path, place, wanted) in SAYS {
        browser.go(&format!("{}{path}", ui.url())).await?;
        browser.shows(place, wanted).await?;
        browser.shows("nav", "Control room").await?;
    }
    browser.close(&ui.url(), true).await
}

#[tokio::test]
async fn a_lost_connection_is_said_and_comes_back() -> Result<()> {
    let ui = Lone::start(&[]).await?;
    let (browser, url) = (Browser::open().await?, ui.url());
    browser.go(&format!("{url}/fleet")).await?;
    browser
        .shows("#connection", "No answer: position-tracker")
        .await?;
    let ports = ui.stop().await?;
    browser.shows("#connection", "Connection lost").await?;
    let _ui = Lone::on(ports, &[]).await?;
    until("the connection is back", SOON, async || {
        let text = browser.text("#connection").await.ok()?;
        (!text.contains("Connection lost")).then_some(())
    })
    .await?;
    browser
        .shows("#connection", "No answer: position-tracker")
        .await?;
    browser.close(&url, true).await
}
