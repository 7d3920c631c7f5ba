//! The company of one command: it opens, says where it is, closes cleanly, leaves nobody behind,
//! and refuses with one clear line.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use company_tests::company::command;
use company_tests::ports::Offset;
use company_tests::{Company, Program, until};
use rustix::process::Signal;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const SOON: Duration = Duration::from_mins(1);

/// Processes that have this folder among their arguments or in their environment.
fn processes_of(folder: &Path) -> Vec<i32> {
    let Some(mark) = folder.to_str() else {
        return Vec::new();
    };
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| *pid != i32::try_from(std::process::id()).unwrap_or(0))
        .filter(|pid| {
            ["cmdline", "environ"].iter().any(|file| {
                fs::read(format!("/proc/{pid}/{file}"))
                    .is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(mark))
            })
        })
        .collect()
}

/// A company that must not open. Returns its exit code and its lines.
async fn refused(
    ports: &Offset,
    folder: &Path,
    change: impl FnOnce(&mut tokio::process::Command),
) -> Result<(Option<i32>, String)> {
    let mut command = command(BINARY, ports, folder);
    change(&mut command);
    let mut program = Program::start(&mut command)?;
    let status = program.ended(SOON).await?;
    until("its last line", SOON, async || {
        (!program.lines().is_empty()).then_some(())
    })
    .await?;
    Ok((status.code(), program.lines()))
}

#[tokio::test]
async fn opens_with_customers_and_closes_cleanly() -> Result<()> {
    let mut company = Company::open(BINARY, &[]).await?;
    let facts = company.facts()?;
    assert_eq!(facts["speed"], "demo");
    let mode = fs::metadata(company.data_dir().join("company.json"))?
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600, "company.json holds a secret");

    let http = company_tests::http::client();
    let orders = format!("{}/orders", company.url(8001));
    until("the everyday customers order", SOON, async || {
        let page: serde_json::Value = http.get(&orders).send().await.ok()?.json().await.ok()?;
        (page["orders"].as_array()?.len() >= 3).then_some(())
    })
    .await?;
    let lines = company.program().lines();
    for word in ["pizza-service", "Prometheus", "Alertmanager", "open after"] {
        assert!(lines.contains(word), "the table lacks {word}:\n{lines}");
    }
    let folder = company.data_dir().to_owned();
    company.close().await?;
    assert!(processes_of(&folder).is_empty());
    Ok(())
}

#[tokio::test]
async fn leaves_nobody_behind_when_it_is_killed() -> Result<()> {
    let mut company = Company::open(BINARY, &[]).await?;
    let folder = company.data_dir().to_owned();
    // The services, the customers, Prometheus and Alertmanager, and the supervisor.
    assert!(
        processes_of(&folder).len() >= 5,
        "{:?}",
        processes_of(&folder)
    );
    company.program().signal(Signal::KILL)?;
    until("all children are gone", SOON, async || {
        processes_of(&folder).is_empty().then_some(())
    })
    .await
}

#[tokio::test]
async fn a_temporary_one_goes_with_its_opener_and_takes_its_folder_along() -> Result<()> {
    let ports = Offset::take()?;
    let outer = tempfile::tempdir()?;
    let folder = outer.path().join("company");
    let mut child = command(BINARY, &ports, &folder)
        .args(["--temporary", "--no-monitoring"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    until("it opens", SOON, async || {
        folder.join("company.json").exists().then_some(())
    })
    .await?;
    // As the kernel does when the opener dies.
    drop(child.stdin.take());
    let status = tokio::time::timeout(SOON, child.wait()).await??;
    assert!(status.success(), "{status}");
    assert!(!folder.exists());
    assert!(processes_of(&folder).is_empty());
    Ok(())
}

#[tokio::test]
async fn a_temporary_one_refuses_a_folder_that_holds_something() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let precious = folder.path().join("orders.db");
    fs::write(&precious, "orders")?;
    let ports = Offset::take()?;
    let (code, lines) = refused(&ports, folder.path(), |command| {
        command.arg("--temporary");
    })
    .await?;
    assert_eq!(code, Some(64), "{lines}");
    assert!(lines.contains("choose an empty folder"), "{lines}");
    assert!(precious.exists());
    Ok(())
}

#[tokio::test]
async fn a_dead_service_is_started_again() -> Result<()> {
    let company = Company::open(BINARY, &["--no-monitoring", "--baseline", "0/h"]).await?;
    let http = company_tests::http::client();
    let token = company.facts()?["faults_token"]
        .as_str()
        .context("a token")?
        .to_owned();
    let started = async || -> Option<f64> {
        let url = format!("{}/metrics", company.url(9111));
        let text = http.get(url).send().await.ok()?.text().await.ok()?;
        text.lines()
            .find_map(|line| line.strip_prefix("process_start_time_seconds "))?
            .parse()
            .ok()
    };
    let before = started().await.context("metrics")?;
    http.put(format!("{}/faults/crash", company.url(9111)))
        .bearer_auth(token)
        .json(&serde_json::json!({"ttl_seconds": 5}))
        .send()
        .await?
        .error_for_status()?;
    until("a new process answers", SOON, async || {
        started().await.filter(|now| *now > before)
    })
    .await?;
    company.close().await
}

#[tokio::test]
async fn a_taken_port_is_one_line_that_names_it() -> Result<()> {
    let ports = Offset::take()?;
    let _squatter = TcpListener::bind(("127.0.0.1", 8001 + ports.value()))?;
    let folder = tempfile::tempdir()?;
    let (code, lines) = refused(&ports, folder.path(), |_| {}).await?;
    assert_eq!(code, Some(1), "{lines}");
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(
        lines.contains(&(8001 + ports.value()).to_string()),
        "{lines}"
    );
    assert!(lines.contains("--port-offset"), "{lines}");
    Ok(())
}

#[tokio::test]
async fn an_unusable_data_folder_is_one_line() -> Result<()> {
    let ports = Offset::take()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("a-file");
    fs::write(&file, b"")?;
    let (code, lines) = refused(&ports, &file.join("below"), |_| {}).await?;
    assert_eq!(code, Some(64), "{lines}");
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(lines.contains("a-file"), "{lines}");
    Ok(())
}

#[tokio::test]
async fn a_second_company_in_the_same_folder_is_refused() -> Result<()> {
    let company = Company::open(BINARY, &["--no-monitoring", "--baseline", "0/h"]).await?;
    let ports = Offset::take()?;
    let (code, lines) = refused(&ports, company.data_dir(), |_| {}).await?;
    assert_eq!(code, Some(1), "{lines}");
    assert!(lines.contains("another company"), "{lines}");
    company.close().await
}

#[tokio::test]
async fn without_prometheus_everything_else_runs_and_one_line_says_so() -> Result<()> {
    let ports = Offset::take()?;
    let folder = tempfile::tempdir()?;
    let empty = tempfile::tempdir()?;
    let mut command = command(BINARY, &ports, folder.path());
    command.env("PATH", empty.path());
    let mut program = Program::start(&mut command)?;
    program
        .answers(&format!("{}/readyz", ports.url(9111)), SOON)
        .await?;
    until("the missing binaries are named", SOON, async || {
        let lines = program.lines();
        (lines.contains("missing") && lines.contains("prometheus-alertmanager")).then_some(())
    })
    .await?;
    program.signal(Signal::INT)?;
    assert!(program.ended(SOON).await?.success(), "{}", program.lines());
    Ok(())
}

#[tokio::test]
async fn a_wrong_flag_is_refused_with_64() -> Result<()> {
    let ports = Offset::take()?;
    let folder = tempfile::tempdir()?;
    let (code, lines) = refused(&ports, folder.path(), |command| {
        command.args(["--speed", "ludicrous"]);
    })
    .await?;
    assert_eq!(code, Some(64), "{lines}");
    assert!(lines.contains("--speed"), "{lines}");
    Ok(())
}

#[tokio::test]
async fn ctrl_c_in_a_drill_takes_the_faults_back() -> Result<()> {
    let company = Company::open(BINARY, &[]).await?;
    let http = company_tests::http::client();
    let token = company.facts()?["faults_token"]
        .as_str()
        .context("a token")?
        .to_owned();
    let faults = async || -> Option<usize> {
        let url = format!("{}/faults", company.url(9111));
        let answer = http.get(url).bearer_auth(&token).send().await.ok()?;
        let listed: serde_json::Value = answer.json().await.ok()?;
        Some(listed["faults"].as_array()?.len())
    };
    let mut drill = company.start_drill("order-failures")?;
    until(
        "the fault is in force",
        Duration::from_secs(90),
        async || faults().await.filter(|count| *count == 1),
    )
    .await?;
    drill.signal(Signal::INT)?;
    assert_eq!(
        drill.ended(SOON).await?.code(),
        Some(130),
        "{}",
        drill.lines()
    );
    assert_eq!(faults().await, Some(0));
    company.close().await
}
