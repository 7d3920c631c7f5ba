//! The whole catalogue with the real Prometheus and Alertmanager, each drill on a fresh company of one
//! command, several side by side: every drill passes, every alert is proven by one, and nothing fires
//! that should not.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::Program;
use serde_json::Value;
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// Two cores take less than twenty minutes for it, debug build and all.
const LIMIT: Duration = Duration::from_mins(35);

/// How many companies two cores carry of a debug build.
const COMPANIES: &str = "3";

#[tokio::test]
async fn every_alert_is_proven_and_no_other_fires() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(BINARY);
    command
        .args(["loadgen", "--scenario", "all", "--companies", COMPANIES])
        .arg("--report")
        .arg(folder.path());
    let mut program = Program::start(&mut command)?;
    let status = program.ended(LIMIT).await?;
    let lines = program.lines();
    ensure!(status.success(), "{status}:\n{lines}");

    let report = std::fs::read(folder.path().join("report.json")).context("no report")?;
    let report: Value = serde_json::from_slice(&report)?;
    let score = &report["scoreboard"];
    for figure in ["passed", "recall", "precision", "culprit_named"] {
        ensure!(
            score[figure]["ratio"] == 1.0,
            "{figure}: {}\n{lines}",
            score[figure]
        );
    }
    let alerts = score["coverage"]["alerts"].as_array().context("alerts")?;
    let unproven: Vec<&Value> = alerts.iter().filter(|row| row["proven"] != true).collect();
    ensure!(
        alerts.len() > 30 && unproven.is_empty(),
        "not proven: {unproven:?}"
    );
    for file in [
        "report.html",
        "junit.xml",
        "surge/report.html",
        "surge/ground_truth.jsonl",
    ] {
        ensure!(folder.path().join(file).exists(), "{file} is missing");
    }
    Ok(())
}
