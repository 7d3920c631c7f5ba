//! One run of one child process.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::AsyncRead;
use tokio::process::Command;
use url::Url;

use super::lines::{self, LineSink};
use super::socket::Socket;
use super::tied;

/// How to run a child.
#[derive(Clone, Debug)]
pub struct ProcessSpec {
    /// Its name in lines and log files.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Variables added to the environment. Secrets go here, never among the arguments.
    pub environment: Vec<(String, String)>,
    /// Where its API listens, if it has one: the socket is made here, and outlives the process.
    pub listen: Option<SocketAddr>,
    /// Answers with a success once the child is ready.
    pub ready_url: Url,
    /// How long it gets between SIGTERM and SIGKILL.
    pub stop_timeout: Duration,
}

/// A running child.
#[derive(Debug)]
pub(super) struct Process {
    child: tokio::process::Child,
}

/// How a child was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    Itself,
    Killed,
}

impl Stopped {
    pub(super) fn was_killed(self) -> bool {
        self == Self::Killed
    }
}

impl Process {
    pub(super) fn spawn(
        spec: &ProcessSpec,
        socket: &mut Socket,
        sink: &Arc<LineSink>,
    ) -> std::io::Result<Self> {
        let mut command = command(spec)?;
        socket.hand_to(&mut command)?;
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let sources: [Option<Box<dyn AsyncRead + Unpin>>; 2] = [
            child.stdout.take().map(|out| Box::new(out) as _),
            child.stderr.take().map(|err| Box::new(err) as _),
        ];
        for source in sources.into_iter().flatten() {
            tokio::task::spawn_local(lines::copy(source, spec.name.clone(), Arc::clone(sink)));
        }
        Ok(Self { child })
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Ok(status) = self.child.wait().await {
                return status;
            }
        }
    }

    /// SIGTERM, then SIGKILL if it takes longer than `limit`.
    pub(super) async fn stop(mut self, limit: Duration) -> Stopped {
        if let Some(pid) = pid(&self.child) {
            // Fails only when the child is gone already.
            let _ = kill_process(pid, Signal::TERM);
        }
        if tokio::time::timeout(limit, self.child.wait()).await.is_ok() {
            return Stopped::Itself;
        }
        let _ = self.child.kill().await;
        Stopped::Killed
    }
}

/// A child's id, while it runs.
pub(crate) fn pid(child: &tokio::process::Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()?).ok()?)
}

/// The command of a spec: tied to this process, and in a process group of its own, so that Ctrl-C
/// on the terminal reaches the supervisor alone and the children stop in order.
pub(crate) fn command(spec: &ProcessSpec) -> std::io::Result<Command> {
    let mut command = tied::command(&spec.program)?;
    command
        .args(&spec.arguments)
        .envs(spec.environment.iter().map(|(key, value)| (key, value)))
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}
