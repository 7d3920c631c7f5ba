//! The document is what the service does, and what is committed.

use anyhow::{Context as _, Result};
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

#[test]
fn every_error_is_declared_as_a_problem() -> Result<()> {
    let api = serde_json::to_value(position_tracker::routes::openapi())?;
    for (path, item) in api["paths"].as_object().context("paths")? {
        for (method, operation) in item.as_object().context("operations")? {
            let responses = operation["responses"].as_object().context("responses")?;
            for needed in ["429", "500", "503", "default"] {
                assert!(responses.contains_key(needed), "{method} {path}: {needed}");
            }
            for (status, response) in responses {
                if status.starts_with(['2', '3']) {
                    continue;
                }
                let content = response["content"].as_object().context("content")?;
                let types: Vec<_> = content.keys().collect();
                assert_eq!(
                    types,
                    ["application/problem+json"],
                    "{method} {path} {status}"
                );
            }
        }
    }
    Ok(())
}
