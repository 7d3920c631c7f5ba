//! The document is what the service does, and what is committed.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::app::TestApp;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

/// With `UPDATE_OPENAPI=1` the committed document is written anew.
#[tokio::test]
async fn the_committed_document_is_the_one_that_is_served() -> Result<()> {
    let app = TestApp::with(&[])?;
    let served = app.get("/openapi.json").await?.expect(200).json();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(COMMITTED, format!("{served:#}\n"))?;
    }
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(COMMITTED)?)?;
    assert!(
        committed == served,
        "openapi.json is not current: run this test with UPDATE_OPENAPI=1 and look at the difference"
    );
    Ok(())
}

#[test]
fn every_error_is_declared_as_a_problem() -> Result<()> {
    let api = serde_json::to_value(ui::routes::openapi())?;
    for (path, item) in api["paths"].as_object().context("paths")? {
        for (method, operation) in item.as_object().context("operations")? {
            let responses = operation["responses"].as_object().context("responses")?;
            for (status, response) in responses {
                let is_problem = response["content"]["application/problem+json"].is_object();
                assert_eq!(
                    is_problem,
                    !status.starts_with('2'),
                    "{method} {path} {status}"
                );
            }
        }
    }
    Ok(())
}
