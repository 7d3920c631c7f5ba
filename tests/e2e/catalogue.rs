//! The whole catalogue with the real Prometheus and Alertmanager, each drill on a fresh company of one
//! command, several side by side: every drill passes, every alert is proven by one, nothing fires that
//! should not, and nothing that the services said meanwhile names what was done to them.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::{Program, Secrets};
use loadgen::scenario::{FAULT_KINDS, built_ins};
use serde_json::Value;
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// Two cores take less than twenty minutes for it, debug build and all.
const LIMIT: Duration = Duration::from_mins(35);

/// How many companies two cores carry of a debug build.
const COMPANIES: &str = "3";

/// Where the data sets go, a folder a drill.
const SETS: &str = "sets";

/// Searches the metrics, traces and log lines of every drill. Returns how much of each was searched.
fn search(sets: &Path, secrets: &Secrets) -> Result<[usize; 3]> {
    let mut searched = [0; 3];
    for set in files(sets)? {
        for file in files(&set.join("metrics"))? {
            let name = file.file_stem().context("a name")?.to_string_lossy();
            ensure!(secrets.in_row(&name).is_none(), "{}", file.display());
            searched[0] += lines(&file, |line| secrets.in_row(line))?;
        }
        let traces = std::fs::read(set.join("traces.json"))?;
        let traces: Value = serde_json::from_slice(&traces)?;
        let found = secrets.in_json(&traces);
        ensure!(found.is_none(), "{found:?} in traces of {}", set.display());
        searched[1] += traces["resourceSpans"].as_array().map_or(0, Vec::len);
        for file in files(&set.join("logs"))? {
            searched[2] += lines(&file, |line| match serde_json::from_str::<Value>(line) {
                Ok(value) => secrets.in_json(&value),
                Err(_) => secrets.in_row(line),
            })?;
        }
    }
    Ok(searched)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// Looks at each line of a file. Returns how many there are.
fn lines<'name>(file: &Path, find: impl Fn(&str) -> Option<&'name String>) -> Result<usize> {
    let mut count = 0;
    for line in BufReader::new(File::open(file)?).lines() {
        let line = line?;
        let found = find(&line);
        ensure!(found.is_none(), "{found:?} in {}: {line}", file.display());
        count += 1;
    }
    Ok(count)
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
        .arg(folder.path().join(SETS));
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
    let searched = search(&folder.path().join(SETS), &secrets(&report)?)?;
    ensure!(
        searched.iter().all(|count| *count > 10_000),
        "only {searched:?} of metrics, traces and log lines"
    );
    Ok(())
}
