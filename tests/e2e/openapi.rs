//! What the OpenAPI document promises is what the service does: schemathesis tries to find a
//! server error or an answer that the document does not describe.

use std::path::Path;
use std::process::Command as Blocking;
use std::time::Duration;

use anyhow::Result;
use company_tests::Program;
use company_tests::ports::free_port;
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

#[tokio::test]
async fn schemathesis_finds_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (api, telemetry) = (free_port()?, free_port()?);
    let mut pizza = Program::start(
        Command::new(BINARY)
            .arg("pizza-service")
            .arg(format!("--api-address=127.0.0.1:{api}"))
            .arg(format!("--telemetry-address=127.0.0.1:{telemetry}"))
            .args(["--rate-limit=0", "--log=warn"])
            .arg("--data-dir")
            .arg(folder.path())
            .env_remove("POSTGRES_URL")
            .env_remove("POSTGRES_URL_FILE"),
    )?;
    let ready = format!("http://127.0.0.1:{telemetry}/readyz");
    pizza.answers(&ready, Duration::from_mins(1)).await?;

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = Blocking::new(root.join("scripts/python.sh"))
        .current_dir(folder.path())
        .args(["schemathesis==4.32.5", "schemathesis", "run"])
        .arg(format!("http://127.0.0.1:{api}/openapi.json"))
        .args([
            "--checks=all",
            "--max-examples=60",
            "--seed=1",
            "--no-color",
            "--workers=1",
        ])
        .output()?;
    assert!(
        found.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&found.stdout),
        String::from_utf8_lossy(&found.stderr)
    );
    Ok(())
}
