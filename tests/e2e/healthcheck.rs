//! What a container runs: a service whose secrets come in files, the check of its health, and one
//! program under two names.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use anyhow::{Context as _, Result};
use company_tests::ports::free_port;
use company_tests::{Program, until};
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const TOKEN: &str = "sesame-open";
const SOON: Duration = Duration::from_mins(1);

/// A service that is told of the token for faults by a file.
fn pokedex(folder: &Path, telemetry: u16, token_file: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command
        .env_clear()
        .args(["pokedex-api", "--api-address=127.0.0.1:0", "--log=warn"])
        .env("TELEMETRY_ADDRESS", format!("0.0.0.0:{telemetry}"))
        .env("DATA_DIR", folder.join("data"))
        .env("FAULTS_TOKEN_FILE", token_file);
    command
}

/// The check, in the environment that the service's container has.
async fn check(telemetry: u16) -> Result<Output> {
    let mut command = Command::new(BINARY);
    command
        .env_clear()
        .arg("healthcheck")
        .env("TELEMETRY_ADDRESS", format!("0.0.0.0:{telemetry}"));
    Ok(command.output().await?)
}

/// Its exit code, and its one line.
fn said(output: &Output) -> (Option<i32>, String) {
    let line = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), line)
}

#[tokio::test]
async fn the_check_says_what_readyz_says() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let telemetry = free_port()?;
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, format!("{TOKEN}\n"))?;

    let (code, line) = said(&check(telemetry).await?);
    assert_eq!(code, Some(1), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.contains("/readyz: "), "{line}");

    let mut service = Program::start(&mut pokedex(folder.path(), telemetry, &token_file))?;
    let url = format!("http://127.0.0.1:{telemetry}");
    service.answers(&format!("{url}/readyz"), SOON).await?;
    assert_eq!(said(&check(telemetry).await?), (Some(0), String::new()));

    // The token of the file, without its end of line, breaks the service.
    let broken = company_tests::http::client()
        .put(format!("{url}/faults/not-ready"))
        .bearer_auth(TOKEN)
        .header("content-type", "application/json")
        .body(r#"{"ttl_seconds":60}"#)
        .send()
        .await?;
    assert!(broken.status().is_success(), "{broken:?}");
    let (code, line) = said(&check(telemetry).await?);
    assert_eq!(code, Some(1), "{line}");
    assert!(line.ends_with(": 503 Service Unavailable\n"), "{line}");
    Ok(())
}

#[tokio::test]
async fn under_the_name_loadgen_it_is_loadgen() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let loadgen = folder.path().join("loadgen");
    std::os::unix::fs::symlink(BINARY, &loadgen)?;
    let output = Command::new(&loadgen).arg("--version").output().await?;
    let version = String::from_utf8(output.stdout)?;
    assert!(version.starts_with("loadgen "), "{version}");
    Ok(())
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let missing = folder.path().join("none");
    let mut service = Program::start(&mut pokedex(folder.path(), free_port()?, &missing))?;
    let status = service.ended(SOON).await?;
    let line = until("its last line", SOON, async || {
        let lines = service.lines();
        (!lines.is_empty()).then_some(lines)
    });
    let line = line.await.context("it says nothing")?;
    assert_eq!(status.code(), Some(64), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(
        line.starts_with("pokedex-api: FAULTS_TOKEN_FILE: "),
        "{line}"
    );
    Ok(())
}
