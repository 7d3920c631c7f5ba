//! A whole company of one command, on ports and in a folder of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::ports::Offset;
use crate::program::Program;
use crate::wait::until;

/// A debug build on a busy machine starts Prometheus within this.
const OPEN_LIMIT: Duration = Duration::from_secs(90);

/// Longer than any scenario at demo speed.
const DRILL_LIMIT: Duration = Duration::from_secs(400);

/// A running company.
#[derive(Debug)]
pub struct Company {
    binary: PathBuf,
    ports: Offset,
    folder: TempDir,
    program: Program,
}

/// What a drill came to.
#[derive(Debug)]
pub struct Drill {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it printed.
    pub lines: String,
    /// Its `report.json`; null where it wrote none.
    pub report: Value,
}

impl Company {
    /// Opens a company with these flags, and waits until it says so.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(binary: &str, flags: &[&str]) -> Result<Self> {
        Self::open_with(binary, flags, &[]).await
    }

    /// The same, with these environment variables.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open_with(
        binary: &str,
        flags: &[&str],
        environment: &[(&str, String)],
    ) -> Result<Self> {
        let ports = Offset::take()?;
        let folder = tempfile::tempdir()?;
        let mut command = command(binary, &ports, folder.path());
        command.args(flags).envs(environment.iter().cloned());
        let program = Program::start(&mut command)?;
        let mut company = Self {
            binary: binary.into(),
            ports,
            folder,
            program,
        };
        company.wait_until_open().await?;
        Ok(company)
    }

    async fn wait_until_open(&mut self) -> Result<()> {
        let file = self.data_dir().join("company.json");
        let program = &mut self.program;
        let open = until("the company opens", OPEN_LIMIT, async || {
            if program.has_ended() {
                return Some(false);
            }
            file.exists().then_some(true)
        })
        .await;
        ensure!(
            matches!(open, Ok(true)),
            "the company did not open:\n{}",
            self.program.lines()
        );
        Ok(())
    }

    /// Its data folder.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// A base URL on one of the design's ports, moved to where this company is.
    pub fn url(&self, port: u16) -> String {
        self.ports.url(port)
    }

    /// The supervisor.
    pub const fn program(&mut self) -> &mut Program {
        &mut self.program
    }

    /// The process that runs a role at this moment; nothing while none does.
    pub fn process(&self, role: &str) -> Option<Pid> {
        let supervisor = self.program.pid().ok()?;
        children(supervisor).find(|process| is_role(*process, role))
    }

    /// Sends a role's process a signal that ends it, and waits until another one of it is ready.
    ///
    /// # Errors
    /// When there is none, or no other one comes.
    pub async fn replace(&self, role: &str, telemetry_port: u16, signal: Signal) -> Result<()> {
        let process = self.process(role).context("no such process")?;
        kill_process(process, signal)?;
        let ready = format!("{}/readyz", self.url(telemetry_port));
        let http = crate::http::client();
        until(&format!("another {role}"), OPEN_LIMIT, async || {
            self.process(role).filter(|now| *now != process)?;
            let answer = http.get(&ready).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await
    }

    /// The process of a part of its monitoring, `prometheus` or `alertmanager`.
    pub fn monitor(&self, name: &str) -> Option<Pid> {
        let supervisor = self.program.pid().ok()?;
        children(supervisor)
            .find(|process| program(*process).is_some_and(|path| path.ends_with(name)))
    }

    /// The warnings and errors that a role has logged.
    pub fn warnings(&self, role: &str) -> String {
        let path = self.data_dir().join(format!("logs/{role}.log"));
        let log = std::fs::read_to_string(path).unwrap_or_default();
        let loud = log.lines().filter(|line| {
            [" WARN ", " ERROR ", "\"WARN\"", "\"ERROR\""]
                .iter()
                .any(|level| line.contains(level))
        });
        loud.collect::<Vec<_>>().join("\n")
    }

    /// Its `company.json`.
    ///
    /// # Errors
    /// When it is not there or no JSON.
    pub fn facts(&self) -> Result<Value> {
        let text = std::fs::read_to_string(self.data_dir().join("company.json"))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// What a service's metric adds up to over all its label sets; nothing while it cannot be asked.
    pub async fn metric(&self, telemetry_port: u16, name: &str) -> Option<f64> {
        let url = format!("{}/metrics", self.url(telemetry_port));
        let answer = crate::http::client().get(url).send().await.ok()?;
        sum(&answer.text().await.ok()?, name)
    }

    /// Starts `loadgen` on this company with these arguments.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn loadgen<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<Program> {
        let mut command = Command::new(&self.binary);
        command
            .arg("loadgen")
            .args(arguments)
            .arg("--company")
            .arg(self.data_dir());
        Program::start(&mut command)
    }

    /// Starts a drill; its reports go to [`Company::reports`].
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_drill(&self, scenario: &str) -> Result<Program> {
        let reports = self.reports().into_os_string();
        self.loadgen([
            OsStr::new("--scenario"),
            OsStr::new(scenario),
            OsStr::new("--report"),
            &reports,
        ])
    }

    /// Runs a drill to its end.
    ///
    /// # Errors
    /// When it cannot be started or does not end.
    pub async fn drill(&self, scenario: &str) -> Result<Drill> {
        let program = self.start_drill(scenario)?;
        self.finish(program).await
    }

    /// Waits for a drill's end.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn finish(&self, mut program: Program) -> Result<Drill> {
        let status = program.ended(DRILL_LIMIT).await?;
        let report = std::fs::read_to_string(self.reports().join("report.json"))
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        Ok(Drill {
            code: status.code(),
            lines: program.lines(),
            report,
        })
    }

    /// Where drills of this company write their reports.
    pub fn reports(&self) -> PathBuf {
        self.data_dir().join("reports")
    }

    /// Asks it to close, and waits for that.
    ///
    /// # Errors
    /// When it does not end with exit code 0.
    pub async fn close(mut self) -> Result<()> {
        self.program.signal(Signal::TERM)?;
        let status = self.program.ended(Duration::from_mins(1)).await?;
        ensure!(
            status.success(),
            "the company ended with {status}:\n{}",
            self.program.lines()
        );
        Ok(())
    }
}

/// The processes that this one started.
fn children(of: Pid) -> impl Iterator<Item = Pid> {
    processes().filter(move |process| parent(*process) == Some(of))
}

fn processes() -> impl Iterator<Item = Pid> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(Pid::from_raw)
}

/// The processes that have this among their arguments.
pub(crate) fn processes_with(argument: &str) -> impl Iterator<Item = Pid> {
    processes().filter(move |process| {
        let path = format!("/proc/{}/cmdline", process.as_raw_nonzero());
        let line = std::fs::read(path).unwrap_or_default();
        // Chromium writes its own over with blanks between them.
        String::from_utf8_lossy(&line).contains(argument)
    })
}

/// The program that a process runs, by its command line.
fn program(process: Pid) -> Option<String> {
    let path = format!("/proc/{}/cmdline", process.as_raw_nonzero());
    let line = std::fs::read(path).ok()?;
    let first = line.split(|byte| *byte == 0).next()?;
    String::from_utf8(first.to_vec()).ok()
}

/// Whether a process was started with this as its first argument.
fn is_role(process: Pid, role: &str) -> bool {
    let path = format!("/proc/{}/cmdline", process.as_raw_nonzero());
    std::fs::read(path).is_ok_and(|line| {
        let first = line.split(|byte| *byte == 0).nth(1);
        first == Some(role.as_bytes())
    })
}

fn parent(process: Pid) -> Option<Pid> {
    let path = format!("/proc/{}/status", process.as_raw_nonzero());
    let status = std::fs::read_to_string(path).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    Pid::from_raw(line.trim().parse().ok()?)
}

/// The sum of a metric's samples in the text format; nothing where it has none.
pub(crate) fn sum(text: &str, name: &str) -> Option<f64> {
    let values = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let value = match rest.strip_prefix('{') {
            Some(labels) => labels.split_once("} ")?.1,
            None => rest.strip_prefix(' ')?,
        };
        value.split(' ').next()?.parse::<f64>().ok()
    });
    values.reduce(|one, other| one + other)
}

/// The supervisor's command on given ports and in a given folder, without anything that the
/// environment of the tests says.
pub fn command(binary: &str, ports: &Offset, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    for key in [
        "POSTGRES_URL",
        "POSTGRES_URL_FILE",
        "AMQP_URL",
        "AMQP_URL_FILE",
        "FAULTS_TOKEN",
        "FAULTS_TOKEN_FILE",
        "RUST_LOG",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ] {
        command.env_remove(key);
    }
    command
        .arg("--data-dir")
        .arg(folder)
        .arg("--port-offset")
        .arg(ports.value().to_string());
    command
}

impl Drill {
    /// Asserts the exit code, and shows the drill's own words where it differs.
    ///
    /// # Errors
    /// When it differs.
    pub fn expect_code(&self, code: i32) -> Result<()> {
        ensure!(
            self.code == Some(code),
            "exit code {:?} instead of {code}:\n{}",
            self.code,
            self.lines
        );
        Ok(())
    }

    /// The expectation of this name in `report.json`.
    ///
    /// # Errors
    /// When there is none.
    pub fn expectation(&self, name: &str) -> Result<&Value> {
        self.report["expectations"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["name"] == name))
            .with_context(|| {
                format!(
                    "no expectation `{name}` in {:#}",
                    self.report["expectations"]
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_added_up_by_the_whole_name() {
        let text = "# HELP a_total x\na_total{x=\"1\"} 2\na_total{x=\"2\"} 3.5 # {trace_id=\"x\"} 1\nab 7\n";
        assert_eq!(sum(text, "a_total"), Some(5.5));
        assert_eq!(sum(text, "ab"), Some(7.0));
        assert_eq!(sum(text, "a"), None);
    }
}
