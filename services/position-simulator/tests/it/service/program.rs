//! The service's process.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use company_tests::Program;
use tokio::process::Command;

use super::LIMIT;

/// The token for `/faults`.
pub(super) const TOKEN: &str = "sesame";

/// `target/debug/deps/it-…` → `target/debug/examples/position-simulator`, built with the tests.
fn binary() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent).context("a folder")?;
    let path = target.join("examples/position-simulator");
    ensure!(
        path.exists(),
        "cargo build -p position-simulator --example position-simulator"
    );
    Ok(path)
}

/// Starts it and waits until it is ready.
pub(super) async fn start(
    data_dir: &Path,
    port: u16,
    flags: &[String],
    environment: &[(String, String)],
) -> Result<Program> {
    let mut command = Command::new(binary()?);
    command
        .env_clear()
        .envs(environment.iter().cloned())
        .env("FAULTS_TOKEN", TOKEN)
        .arg(format!("--data-dir={}", data_dir.display()))
        .arg(format!("--telemetry-address=127.0.0.1:{port}"))
        .args(flags);
    let mut program = Program::start(&mut command)?;
    let ready = format!("http://127.0.0.1:{port}/readyz");
    program.answers(&ready, LIMIT).await?;
    Ok(program)
}
