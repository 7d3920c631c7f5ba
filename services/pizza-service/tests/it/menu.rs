//! The menu and its caching.

use anyhow::Result;
use contracts::{Menu, Pizza, Size};

use crate::app::TestApp;

#[tokio::test]
async fn the_menu_has_every_pizza_in_every_size() -> Result<()> {
    let app = TestApp::start().await?;
    let answer = app.menu(&[]).await?;
    answer.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=60");
    let menu: Menu = serde_json::from_value(answer.body)?;
    let pizzas: Vec<_> = menu.pizzas.iter().map(|entry| entry.pizza).collect();
    assert_eq!(pizzas, Pizza::ALL);
    for entry in menu.pizzas {
        let sizes: Vec<_> = entry.sizes.iter().map(|size| size.size).collect();
        assert_eq!(sizes, Size::ALL, "{}", entry.name);
    }
    Ok(())
}

#[tokio::test]
async fn a_client_that_has_the_menu_is_not_sent_it_again() -> Result<()> {
    let app = TestApp::start().await?;
    let etag = app.menu(&[]).await?.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.len() > 2, "{etag}");
    for known in [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"other\", {etag}"),
        "*".into(),
    ] {
        let answer = app.menu(&[("if-none-match", &known)]).await?;
        answer.expect(304);
        assert!(answer.body.is_null());
        assert_eq!(answer.header("etag"), etag);
        assert_eq!(answer.header("cache-control"), "public, max-age=60");
    }
    app.menu(&[("if-none-match", "\"other\"")])
        .await?
        .expect(200);
    Ok(())
}
