//! The whole catalogue with the real Prometheus and Alertmanager, each drill on a fresh company of one
//! command, several side by side: every drill passes, every alert is proven by one, nothing fires that
//! should not, and nothing that the services said meanwhile names what was done to them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::{Program, Secrets};
use loadgen::scenario::{FAULT_KINDS, built_ins};
use serde_json::Value;
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// Two cores take less than half an hour for it.
const LIMIT: Duration = Duration::from_mins(50);

/// Three of a debug build take three quarters of two cores, and not every machine has as fast ones.
const COMPANIES: &str = "2";

/// Where the data sets go, a folder a drill.
const SETS: &str = "sets";

/// A label that was there once is there to the end of its process: a sample now and then is enough.
const STEP: &str = "15s";

/// Searches the metrics, traces and log lines of every drill. Returns how many bytes of each.
fn search(sets: &Path, secrets: &Secrets) -> Result<[usize; 3]> {
    let mut searched = [0; 3];
    for set in files(sets)? {
        for file in files(&set.join("metrics"))? {
            let name = file.file_stem().context("a name")?.to_string_lossy();
            ensure!(secrets.within(name.as_bytes()).is_none(), "{name}");
            searched[0] += search_file(&file, secrets)?;
        }
        searched[1] += search_file(&set.join("traces.json"), secrets)?;
        for file in files(&set.join("logs"))? {
            searched[2] += search_file(&file, secrets)?;
        }
    }
    Ok(searched)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn search_file(file: &Path, secrets: &Secrets) -> Result<usize> {
    let text = std::fs::read(file).with_context(|| file.display().to_string())?;
    let found = secrets.within(&text);
    ensure!(found.is_none(), "in {}: {found:?}", file.display());
    Ok(text.len())
}

/// What no service may say: the kinds of faults, the scenarios, the drills that were run.
fn secrets(report: &Value) -> Result<Secrets> {
    let drills = report["drills"].as_array().context("drills")?;
    let ids = drills.iter().map(|drill| drill["drill_id"].as_str());
    let ids: Option<Vec<String>> = ids.map(|id| Some(id?.to_owned())).collect();
    let kinds = FAULT_KINDS.iter().map(|kind| kind.name);
    let scenarios = built_ins().iter().map(|built_in| built_in.name);
    Ok(Secrets::new(kinds.chain(scenarios), &ids.context("an id")?))
}

#[tokio::test]
async fn every_alert_is_proven_and_no_other_fires() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(BINARY);
    command
        .args(["loadgen", "--scenario", "all", "--companies", COMPANIES])
        .arg("--report")
        .arg(folder.path())
        .arg("--dataset")
        .arg(folder.path().join(SETS))
        .args(["--dataset-step", STEP]);
    let mut program = Program::start(&mut command)?;
    let status = program.ended(LIMIT).await?;
    let lines = program.lines();
    // Below the progress: the drills that did not pass, and the scoreboard.
    let lines = lines.split_once("\n\n").map_or(&*lines, |(_, below)| below);
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
    let searched = search(&folder.path().join(SETS), &secrets(&report)?)?;
    ensure!(
        searched.iter().all(|bytes| *bytes > 1_000_000),
        "only {searched:?} bytes of metrics, traces and log lines"
    );
    Ok(())
}
