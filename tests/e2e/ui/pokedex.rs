//! Looking Pokémon up.

use anyhow::{Result, ensure};
use company_tests::{Browser, Company};

use crate::{BINARY, QUIET};

async fn look_up(browser: &Browser, wanted: &str) -> Result<()> {
    browser.fill("#wanted", wanted).await?;
    browser.click("#search button").await
}

#[tokio::test]
async fn a_pokemon_is_found_by_number_and_by_name() -> Result<()> {
    let company = Company::open(BINARY, &QUIET).await?;
    let origin = company.url(8000);
    let browser = Browser::open().await?;
    browser.go(&format!("{origin}/pokedex")).await?;
    browser.shows("#found", "Bulbasaur").await?;
    look_up(&browser, "25").await?;
    browser.shows("#found", "Pikachu").await?;
    browser.shows("#found", "Electric").await?;
    ensure!(
        browser.count(".sticker").await? == 1,
        "one number is one Pokémon"
    );
    look_up(&browser, "char").await?;
    browser.shows("#found", "Charizard").await?;
    look_up(&browser, "2000").await?;
    browser.shows("#found", "There is no Pokémon 2000").await?;
    look_up(&browser, "<b>x</b>").await?;
    browser
        .shows("#found", "No name begins with <b>x</b>")
        .await?;
    look_up(&browser, "").await?;
    browser.shows("#found", "Bulbasaur").await?;
    let first = browser.count(".sticker").await?;
    browser.click("#more").await?;
    browser.shows("#found", "Raichu").await?;
    ensure!(browser.count(".sticker").await? > first);
    // 404 is an answer here.
    browser.close(&origin, true).await?;
    company.close().await
}
