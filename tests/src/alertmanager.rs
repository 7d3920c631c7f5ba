//! A real Alertmanager on a generated configuration, and alerts sent to it as Prometheus would.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::process::Command;

use crate::program::Program;
use crate::wait::until;

/// How long it may take to start on a busy machine.
const READY: Duration = Duration::from_secs(30);

/// A running Alertmanager.
#[derive(Debug)]
pub struct Alertmanager {
    url: String,
    _program: Program,
}

/// An alert to send.
#[derive(Clone, Copy, Debug)]
pub struct Alert {
    /// The `alertname`.
    pub name: &'static str,
    /// Whose it is.
    pub service: &'static str,
    /// `page` or `ticket`.
    pub severity: &'static str,
}

impl Alertmanager {
    /// Starts one on `alertmanager.yml` in `folder`.
    ///
    /// # Errors
    /// When it does not become ready.
    pub async fn start(folder: &Path) -> Result<Self> {
        let port = crate::ports::free_port()?;
        let mut command = Command::new("prometheus-alertmanager");
        command
            .arg(format!(
                "--config.file={}",
                folder.join("alertmanager.yml").display()
            ))
            .arg(format!("--storage.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=")
            // What SNS signs with; nobody looks at it.
            .env("AWS_ACCESS_KEY_ID", "nobody")
            .env("AWS_SECRET_ACCESS_KEY", "nothing");
        let mut program = Program::start(&mut command)
            .context("prometheus-alertmanager; on Debian and Ubuntu: apt-get install prometheus-alertmanager")?;
        let url = format!("http://127.0.0.1:{port}");
        program.answers(&format!("{url}/-/ready"), READY).await?;
        Ok(Self {
            url,
            _program: program,
        })
    }

    /// Says that these fire.
    ///
    /// # Errors
    /// When it does not take them.
    pub async fn fire(&self, alerts: &[Alert]) -> Result<()> {
        self.send(alerts, Duration::from_mins(10)).await
    }

    /// Says that these are over.
    ///
    /// # Errors
    /// When it does not take them.
    pub async fn resolve(&self, alerts: &[Alert]) -> Result<()> {
        self.send(alerts, Duration::ZERO).await
    }

    async fn send(&self, alerts: &[Alert], holds: Duration) -> Result<()> {
        let now = OffsetDateTime::now_utc();
        // Of an alert that it knows already, the earlier start stands.
        let (starts, ends) = (now.format(&Rfc3339)?, (now + holds).format(&Rfc3339)?);
        let json = |alert: &Alert| alert.json(&starts, &ends);
        let alerts: Vec<Value> = alerts.iter().map(json).collect();
        let url = format!("{}/api/v2/alerts", self.url);
        let answer = crate::http::client().post(url).json(&alerts).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    /// Waits until it holds this alert back for the sake of another one.
    ///
    /// # Errors
    /// When it does not.
    pub async fn inhibits(&self, alert: Alert) -> Result<()> {
        let url = format!("{}/api/v2/alerts", self.url);
        let client = crate::http::client();
        until(alert.name, READY, async || {
            let held: Value = client.get(&url).send().await.ok()?.json().await.ok()?;
            held.as_array()?.iter().find(|held| {
                held["labels"]["alertname"] == alert.name
                    && held["labels"]["service"] == alert.service
                    && held["status"]["inhibitedBy"]
                        .as_array()
                        .is_some_and(|by| !by.is_empty())
            })?;
            Some(())
        })
        .await
    }
}

impl Alert {
    /// One that wakes somebody.
    pub const fn page(name: &'static str, service: &'static str) -> Self {
        Self {
            name,
            service,
            severity: "page",
        }
    }

    /// One that can wait.
    pub const fn ticket(name: &'static str, service: &'static str) -> Self {
        Self {
            name,
            service,
            severity: "ticket",
        }
    }

    fn json(&self, starts: &str, ends: &str) -> Value {
        json!({
            "labels": { "alertname": self.name, "service": self.service, "severity": self.severity },
            "annotations": {
                "summary": format!("{} of {}", self.name, self.service),
                "description": "Less than 5 % & more than <nothing>.",
                "runbook_url": format!("docs/runbooks.md#{}", self.name.to_lowercase()),
            },
            "startsAt": starts,
            "endsAt": ends,
        })
    }
}
