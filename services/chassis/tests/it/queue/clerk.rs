//! A process with queues: the example `clerk`, started, ended or killed.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use company_tests::{Program, until};
use rustix::process::Signal;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::Command;

use super::fixture::Fixture;
use super::service::DEADLINE;

/// How long a clerk may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// A running clerk, on the queues of a fixture. Killed when dropped.
pub(super) struct Clerk {
    program: Program,
    folder: TempDir,
}

/// What it was handed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) tries: u32,
    /// Notes that were handed over together with this one, itself included.
    pub(super) batch: usize,
    pub(super) traceparent: Option<String>,
    /// The span in which the handler ran.
    pub(super) current: Option<String>,
}

impl Clerk {
    pub(super) fn start(
        fixture: &Fixture,
        flags: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(executable()?);
        command
            .env_clear()
            .args(flags)
            .arg("--log-file")
            .arg(folder.path().join("log"))
            .arg("--record")
            .arg(folder.path().join("record"))
            .arg("--data-dir")
            .arg(&fixture.data_dir)
            .envs(environment.iter().copied());
        if let Some(url) = &fixture.config.amqp_url {
            command.env("AMQP_URL", url.expose_secret());
        }
        Ok(Self {
            program: Program::start(&mut command)?,
            folder,
        })
    }

    /// What it was handed so far.
    pub(super) fn lines(&self) -> Vec<Line> {
        let text = self.read("record");
        let complete = text.rsplit_once('\n').map_or("", |(complete, _)| complete);
        let lines = complete.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("is as it was written"))
            .collect()
    }

    pub(super) fn numbers(&self) -> Vec<u32> {
        self.lines().iter().map(|line| line.number).collect()
    }

    pub(super) fn log(&self) -> String {
        self.read("log")
    }

    /// Waits for a word in its log.
    pub(super) async fn logs(&self, word: &str) -> Result<()> {
        until(word, DEADLINE, async || {
            self.log().contains(word).then_some(())
        })
        .await
    }

    /// Kills it: no word of goodbye.
    pub(super) async fn kill(&mut self) -> Result<()> {
        self.program.signal(Signal::KILL)?;
        self.program.ended(STOP_LIMIT).await?;
        Ok(())
    }

    /// Ends it in good order, with all that it had to say beside its log.
    pub(super) async fn stop(mut self) -> Result<(Self, String)> {
        self.program.signal(Signal::TERM)?;
        let status = self.program.ended(STOP_LIMIT).await?;
        ensure!(status.success(), "{status}: {}", self.program.lines());
        let said = self.program.lines();
        Ok((self, said))
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default()
    }
}

fn executable() -> Result<PathBuf> {
    // target/debug/deps/it-… → target/debug/examples/clerk, built together with the tests.
    let mut path = std::env::current_exe()?;
    path.pop();
    path.pop();
    let path = path.join("examples/clerk");
    ensure!(
        path.exists(),
        "build it: cargo build -p chassis --example clerk"
    );
    Ok(path)
}
