//! A drill, run by `loadgen` as a child with this terminal.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use chassis::Stop;
use rustix::process::{Signal, kill_process};
use tokio::process::Child;

use super::CompanyConfig;
use crate::supervisor::tied;

/// Time for a drill that is told to stop to take its faults back.
const TAKE_BACK: Duration = Duration::from_secs(20);

/// The code of a drill that a signal ended.
const KILLED: u8 = 130;

/// Runs the drill to its end, or to ours. Returns its exit code.
pub(super) async fn run(
    scenario: &str,
    config: &CompanyConfig,
    data_dir: &Path,
    stop: &Stop,
) -> anyhow::Result<u8> {
    let mut command = tied::command(&tied::itself()?)?;
    command
        .args(["loadgen", "--scenario", scenario, "--company"])
        .arg(data_dir)
        .process_group(0);
    if let Some(report) = &config.report {
        command.arg("--report").arg(report);
    }
    let mut drill = command.spawn().context("the drill cannot be started")?;
    tokio::select! {
        status = drill.wait() => Ok(code(status?)),
        () = stop.requested() => interrupt(&mut drill).await,
    }
}

async fn interrupt(drill: &mut Child) -> anyhow::Result<u8> {
    if let Some(pid) = crate::supervisor::pid(drill) {
        // Fails only when it is gone already.
        let _ = kill_process(pid, Signal::INT);
    }
    if let Ok(status) = tokio::time::timeout(TAKE_BACK, drill.wait()).await {
        return Ok(code(status?));
    }
    drill.kill().await?;
    Ok(KILLED)
}

fn code(status: std::process::ExitStatus) -> u8 {
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(KILLED)
}
