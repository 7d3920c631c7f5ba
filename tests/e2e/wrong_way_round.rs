//! A drill must not pass when it should not: each way for the monitoring, the rules or the fault to
//! be wrong has its own verdict.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::{Company, until};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// A copy of the project's rules that a test may spoil.
fn own_rules() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../prometheus/rules");
    for entry in fs::read_dir(rules)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "yml") {
            let name = path.file_name().context("a file has a name")?;
            fs::copy(&path, folder.path().join(name))?;
        }
    }
    Ok(folder)
}

async fn company_with(rules: &TempDir) -> Result<Company> {
    let folder = rules.path().to_str().context("a temporary path is UTF-8")?;
    Company::open(BINARY, &["--rules", folder]).await
}

#[tokio::test]
async fn without_the_rule_the_alert_is_missed() -> Result<()> {
    let rules = own_rules()?;
    let file = rules.path().join("pizza.yml");
    let text = fs::read_to_string(&file)?;
    let renamed = text.replace(
        "alert: PizzaOrderSurge\n",
        "alert: SomethingNobodyExpects\n",
    );
    ensure!(
        renamed != text,
        "the rules have changed; this test must follow"
    );
    // The renamed rule cannot fire either: then it would be an unexpected alert.
    let removed = renamed.replacen("> 20000", "> 20000000", 1);
    ensure!(
        removed != renamed,
        "the rules have changed; this test must follow"
    );
    fs::write(&file, removed)?;
    let company = company_with(&rules).await?;
    company.drill("surge").await?.expect_code(20)?;
    company.close().await
}

#[tokio::test]
async fn an_unrelated_alert_is_unexpected() -> Result<()> {
    let rules = own_rules()?;
    fs::write(
        rules.path().join("unrelated.yml"),
        "groups:\n  - name: unrelated\n    rules:\n      - alert: ManyCustomers\n        \
         expr: sum(rate(pizza_orders_created_total[5m])) * 3600 > 30000\n        \
         labels: {severity: page, service: pizza-service}\n        \
         annotations: {summary: Many customers}\n",
    )?;
    let company = company_with(&rules).await?;
    let drill = company.drill("surge").await?;
    drill.expect_code(21)?;
    assert!(drill.lines.contains("ManyCustomers"), "{}", drill.lines);
    company.close().await
}

#[tokio::test]
async fn without_prometheus_half_way_nothing_can_be_said() -> Result<()> {
    let company = Company::open(BINARY, &[]).await?;
    let drill = company.start_drill("surge")?;
    until("the surge begins", Duration::from_mins(2), async || {
        drill.lines().contains("phase      surge").then_some(())
    })
    .await?;
    let prometheus = process_with(&company.data_dir().join("monitoring"))?;
    kill_process(prometheus, Signal::STOP)?;
    let drill = company.finish(drill).await;
    kill_process(prometheus, Signal::CONT)?;
    drill?.expect_code(30)?;
    company.close().await
}

#[tokio::test]
async fn with_the_fault_switch_off_nothing_was_injected() -> Result<()> {
    let company = Company::open(BINARY, &["--no-faults"]).await?;
    company.drill("order-failures").await?.expect_code(23)?;
    company.close().await
}

/// The process whose arguments name this folder's configuration.
fn process_with(folder: &Path) -> Result<Pid> {
    let mark = folder.to_str().context("a temporary path is UTF-8")?;
    let pids = fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    for pid in pids {
        let Ok(line) = fs::read(PathBuf::from(format!("/proc/{pid}/cmdline"))) else {
            continue;
        };
        let line = String::from_utf8_lossy(&line);
        let program = line.split('\0').next().unwrap_or("");
        if line.contains(mark) && program.ends_with("/prometheus") {
            return Pid::from_raw(pid).context("process id 0");
        }
    }
    anyhow::bail!("no prometheus with {mark} among its arguments")
}
