//! The document is what the service does, and what is committed.

use anyhow::{Context as _, Result};
use contracts::pokemon::LAST_NUMBER;
use pokedex_api::name::MAX_CHARACTERS;
use serde_json::Value;

use crate::app::TestApp;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

/// With `UPDATE_OPENAPI=1` the committed document is written anew.
#[tokio::test]
async fn the_committed_document_is_the_one_that_is_served() -> Result<()> {
    let app = TestApp::start().await?;
    let served = app.get("/openapi.json").await?;
    served.expect(200);
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(COMMITTED, format!("{:#}\n", served.body))?;
    }
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(COMMITTED)?)?;
    assert!(
        committed == served.body,
        "openapi.json is not current: run this test with UPDATE_OPENAPI=1 and look at the difference"
    );
    Ok(())
}

fn parameter<'a>(api: &'a Value, path: &str, name: &str) -> Result<&'a Value> {
    let parameters = api["paths"][path]["get"]["parameters"].as_array();
    parameters
        .context("parameters")?
        .iter()
        .find(|parameter| parameter["name"] == name)
        .map(|parameter| &parameter["schema"])
        .with_context(|| format!("{path} {name}"))
}

#[test]
fn the_declared_limits_are_those_that_are_checked() -> Result<()> {
    let api = serde_json::to_value(pokedex_api::routes::openapi())?;
    let id = parameter(&api, "/pokemon/{id}", "id")?;
    assert_eq!(id["maximum"], LAST_NUMBER);
    for path in ["/pokemon", "/pokemon/by-name/{name}"] {
        let name = parameter(&api, path, "name")?;
        assert_eq!(name["maxLength"], MAX_CHARACTERS, "{path}");
        assert_eq!(name["minLength"], 1, "{path}");
    }
    Ok(())
}

#[test]
fn every_route_declares_its_caching_and_its_errors() -> Result<()> {
    let api = serde_json::to_value(pokedex_api::routes::openapi())?;
    let paths = api["paths"].as_object().context("paths")?;
    assert_eq!(paths.len(), 3);
    for (path, item) in paths {
        let responses = &item["get"]["responses"];
        let good = responses["200"]["headers"].as_object().context("headers")?;
        assert!(good.contains_key("ETag") && good.contains_key("Cache-Control"));
        parameter(&api, path, "If-None-Match")?;
        for (status, response) in responses.as_object().context("responses")? {
            if status.starts_with(['2', '3']) {
                continue;
            }
            let problem = &response["content"]["application/problem+json"];
            assert!(problem.is_object(), "{path} {status}");
        }
        for needed in ["304", "400", "429", "500", "503", "default"] {
            assert!(responses[needed].is_object(), "{path}: {needed}");
        }
    }
    Ok(())
}
