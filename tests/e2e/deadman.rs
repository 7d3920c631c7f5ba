//! When Prometheus or Alertmanager dies, something outside them notices.

use std::time::Duration;

use anyhow::{Context as _, Result};
use company_tests::{Company, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// Prometheus says of what it sends that it holds for four times its resend delay: 16 s at demo speed.
/// Then the Watchdog may stay away for 20 s, and somebody must look.
const NOTICED: Duration = Duration::from_secs(16 + 20 + 10);

/// The company has just opened: rules are to be loaded, and the Watchdog to come round.
const ALIVE: Duration = Duration::from_secs(40);

/// Stops a process as if it hung; lets it go on when dropped, or nobody could end it in order.
struct Frozen(Pid);

impl Frozen {
    fn new(process: Pid) -> Result<Self> {
        kill_process(process, Signal::STOP)?;
        Ok(Self(process))
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // Fails only when it is gone already.
        let _ = kill_process(self.0, Signal::CONT);
    }
}

async fn view(company: &Company) -> Option<Value> {
    let url = format!("{}/alerts/deadman", company.url(8002));
    let answer = company_tests::http::client().get(url).send().await.ok()?;
    answer.json().await.ok()
}

/// Waits for a state, and returns all that is said with it.
async fn state(company: &Company, wanted: &str, limit: Duration) -> Result<Value> {
    until(wanted, limit, async || {
        view(company).await.filter(|view| view["state"] == wanted)
    })
    .await
}

async fn notices(dies: &str, survives: &str) -> Result<()> {
    let company = Company::open(BINARY, &[]).await?;
    let before = state(&company, "alive", ALIVE).await?;
    assert_eq!(before["limit_seconds"], 20.0, "{before}");
    let frozen = Frozen::new(
        company
            .monitor(dies)
            .with_context(|| format!("no {dies}"))?,
    )?;
    let silent = state(&company, "silent", NOTICED).await?;
    assert_eq!(silent[dies]["ready"], false, "{silent}");
    assert_eq!(silent[survives]["ready"], true, "{silent}");
    assert_eq!(
        company.metric(9114, "loadgen_deadman_silent").await,
        Some(1.0)
    );
    let age = company.metric(9114, "loadgen_watchdog_age_seconds").await;
    assert!(age.is_some_and(|age| age > 20.0), "{age:?}");
    drop(frozen);
    state(&company, "alive", ALIVE).await?;
    assert_eq!(
        company.metric(9114, "loadgen_deadman_silent").await,
        Some(0.0)
    );
    let path = company.data_dir().join("logs/loadgen.log");
    for line in ["the Watchdog is silent", "the Watchdog is back"] {
        // The supervisor copies lines; the last one may be on its way.
        until(line, ALIVE, async || {
            let log = std::fs::read_to_string(&path).ok()?;
            (log.matches(line).count() == 1).then_some(())
        })
        .await?;
    }
    company.close().await
}

#[tokio::test]
async fn a_prometheus_that_hangs_is_noticed() -> Result<()> {
    notices("prometheus", "alertmanager").await
}

#[tokio::test]
async fn an_alertmanager_that_hangs_is_noticed() -> Result<()> {
    notices("alertmanager", "prometheus").await
}

#[tokio::test]
async fn a_company_without_monitoring_waits() -> Result<()> {
    let company = Company::open(BINARY, &["--no-monitoring"]).await?;
    let waiting = state(&company, "waiting", Duration::from_secs(10)).await?;
    assert_eq!(waiting["last_seen"], Value::Null);
    company.close().await
}
