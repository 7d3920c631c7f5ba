//! Every page, in both themes and at the width of a phone: nothing that axe-core finds, nothing that
//! sticks out. With SCREENSHOTS=FOLDER the pictures are kept.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use company_tests::{Browser, Company};
use serde_json::{Value, json};

use crate::{BINARY, PAGES};

const CHECK: &str = "const done = arguments[arguments.length - 1];\
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations.map(\
        ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`)),\
        (error) => done([String(error)]))";

/// Where axe-core is; it is installed where it is missing.
fn axe() -> Result<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/axe.sh");
    let output = Command::new(script).output()?;
    let path = String::from_utf8(output.stdout)?;
    let lines = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "axe-core cannot be had: {lines}");
    std::fs::read_to_string(path.trim()).context("axe-core")
}

async fn check(browser: &Browser, axe: &str, page: &str) -> Result<()> {
    browser.run(axe, &[]).await?;
    let found = browser.run_async(CHECK, &[]).await?;
    ensure!(found == json!([]), "{page}: {found:#}");
    let wider = "return document.documentElement.scrollWidth > window.innerWidth";
    let wider = browser.run(wider, &[]).await?;
    ensure!(
        wider == Value::Bool(false),
        "{page} is wider than its window"
    );
    Ok(())
}

/// Whether a page has something to show.
async fn is_filled(browser: &Browser, name: &str) -> Result<()> {
    let (place, text) = match name {
        "shop" => (".menu", "Margherita"),
        "fleet" => ("#vans", "trip"),
        "pokedex" => ("#found", "Bulbasaur"),
        "control" => ("#catalogue", "surge"),
        _ => ("#list", "/orders"),
    };
    browser.shows(place, text).await?;
    if name == "traces" {
        browser.click("#list td a").await?;
        browser.element("#trace .waterfall").await?;
    }
    Ok(())
}

#[tokio::test]
async fn every_page_is_for_everybody() -> Result<()> {
    let axe = axe()?;
    let pictures = std::env::var_os("SCREENSHOTS").map(PathBuf::from);
    let company = Company::open(BINARY, &[]).await?;
    let origin = company.url(8000);
    let browser = Browser::open().await?;
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 400)] {
        browser.looks(scheme, width).await?;
        for (name, path) in PAGES {
            browser.go(&format!("{origin}{path}")).await?;
            is_filled(&browser, name).await?;
            check(&browser, &axe, &format!("{name}, {scheme}, {width}")).await?;
            if let Some(folder) = &pictures {
                let file = folder.join(format!("{name}-{scheme}-{width}.png"));
                std::fs::write(file, browser.picture().await?)?;
            }
        }
    }
    // On a busy machine Prometheus may take too long for once.
    browser.close(&origin, true).await?;
    company.close().await
}
