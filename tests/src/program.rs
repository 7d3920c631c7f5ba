//! A program under test: its lines are kept, and it is ended with the test.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::wait::until;

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    lines: Arc<Mutex<String>>,
}

impl Program {
    /// Starts it, in a process group of its own and with its output caught.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| command.as_std().get_program().display().to_string())?;
        let lines = Arc::default();
        if let Some(out) = child.stdout.take() {
            tokio::spawn(keep(out, Arc::clone(&lines)));
        }
        if let Some(err) = child.stderr.take() {
            tokio::spawn(keep(err, Arc::clone(&lines)));
        }
        Ok(Self { child, lines })
    }

    /// What it has printed so far, on both streams.
    pub fn lines(&self) -> String {
        self.lines.lock().clone()
    }

    /// Its process id, while it runs.
    ///
    /// # Errors
    /// When it has ended.
    pub fn pid(&self) -> Result<Pid> {
        let id = self.child.id().context("the program has ended")?;
        Pid::from_raw(i32::try_from(id)?).context("process id 0")
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it has ended.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(self.pid()?, signal)?)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it does not end in time; its lines are in the error.
    pub async fn ended(&mut self, limit: Duration) -> Result<ExitStatus> {
        match tokio::time::timeout(limit, self.child.wait()).await {
            Ok(status) => Ok(status?),
            Err(_) => bail!(
                "the program did not end within {} s:\n{}",
                limit.as_secs(),
                self.lines()
            ),
        }
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    /// Waits until `url` answers with a success.
    ///
    /// # Errors
    /// When the program ends first, or the time is over; its lines are in the error.
    pub async fn answers(&mut self, url: &str, limit: Duration) -> Result<()> {
        let http = crate::http::client();
        let outcome = until(url, limit, async || {
            if self.has_ended() {
                return Some(false);
            }
            let answer = http.get(url).send().await;
            answer
                .is_ok_and(|answer| answer.status().is_success())
                .then_some(true)
        })
        .await;
        match outcome {
            Ok(true) => Ok(()),
            Ok(false) => bail!("the program ended:\n{}", self.lines()),
            Err(error) => bail!("{error}:\n{}", self.lines()),
        }
    }
}

async fn keep(source: impl AsyncRead + Unpin, lines: Arc<Mutex<String>>) {
    let mut source = BufReader::new(source).lines();
    while let Ok(Some(line)) = source.next_line().await {
        let mut lines = lines.lock();
        lines.push_str(&line);
        lines.push('\n');
    }
}
