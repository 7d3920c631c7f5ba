//! A company of a drill's own: opened for it, on free ports and in a folder that goes with it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use thiserror::Error;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::ports::Offset;
use crate::company::{Company, CompanyArgs, CompanyError, FILE};

/// How long a company may take to open.
const OPEN_LIMIT: Duration = Duration::from_secs(90);
/// How long it may take to close; its services drain.
const CLOSE_LIMIT: Duration = Duration::from_mins(1);
/// How the names of variables begin that say which people Alertmanager tells.
const TELLS_PEOPLE: &[u8] = b"ALERT_";
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// How companies are opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The program, see [`super::program::find`].
    pub program: PathBuf,
    /// What it is told beyond where it is: `--rules DIR`, `--speed stock`.
    pub arguments: Vec<String>,
}

/// Why there is no company.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The system does not give what it takes.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// It ended while it opened.
    #[error("the company did not open: {0}")]
    Ended(String),
    /// It took too long.
    #[error("the company was not open after {} s", OPEN_LIMIT.as_secs())]
    Slow,
    /// It is open, and its own file cannot be used.
    #[error(transparent)]
    File(#[from] CompanyError),
    /// It was no longer wanted.
    #[error("stopped")]
    Stopped,
}

/// An open company. It closes when its standard input does, and so when this process dies; its folder
/// goes with it.
#[derive(Debug)]
pub struct Opened {
    child: Child,
    life: Option<ChildStdin>,
    folder: TempDir,
    lines: File,
    _ports: Offset,
}

fn system(what: &'static str) -> impl FnOnce(io::Error) -> OpenError {
    move |source| OpenError::System { what, source }
}

impl Opening {
    /// Opens one, and waits until it is open.
    ///
    /// # Errors
    /// When it does not open; nothing of it is left then.
    pub async fn open(&self, stop: &CancellationToken) -> Result<Opened, OpenError> {
        let ports = Offset::take().map_err(system("no company can be opened"))?;
        let folder = TempDir::with_prefix("firedrill-").map_err(system("no folder can be made"))?;
        // The company's own lines; a file without a name, of which nothing can be left.
        let lines = tempfile::tempfile().map_err(system("no log can be made"))?;
        let share = lines.try_clone().map_err(system("no log can be made"))?;
        let mut command = Command::new(&self.program);
        for name in std::env::vars_os().map(|(name, _)| name) {
            // A drill's alerts are for its own webhook. Nobody is to be got up by a whole catalogue.
            if name.as_encoded_bytes().starts_with(TELLS_PEOPLE) {
                command.env_remove(name);
            }
        }
        let mut child = command
            .arg("--temporary")
            .arg("--data-dir")
            .arg(folder.path())
            .arg("--port-offset")
            .arg(ports.value().to_string())
            .args(&self.arguments)
            // Each stands on files of its own; what is in the environment is somebody's one database.
            .env_remove("POSTGRES_URL")
            .env_remove("POSTGRES_URL_FILE")
            .env_remove("AMQP_URL")
            .env_remove("AMQP_URL_FILE")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(share)
            // Ctrl-C is for this process; what it opened is closed in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(system("firedrill cannot be started"))?;
        let mut opened = Opened {
            life: child.stdin.take(),
            child,
            folder,
            lines,
            _ports: ports,
        };
        match opened.wait(stop).await {
            Ok(()) => Ok(opened),
            Err(error) => {
                opened.close().await;
                Err(error)
            }
        }
    }
}

impl Opened {
    async fn wait(&mut self, stop: &CancellationToken) -> Result<(), OpenError> {
        let file = self.folder.path().join(FILE);
        let deadline = Instant::now() + OPEN_LIMIT;
        while !file.exists() {
            if self
                .child
                .try_wait()
                .map_err(system("firedrill is lost"))?
                .is_some()
            {
                return Err(OpenError::Ended(self.last_line()));
            }
            if Instant::now() >= deadline {
                return Err(OpenError::Slow);
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                () = stop.cancelled() => return Err(OpenError::Stopped),
            }
        }
        Ok(())
    }

    fn last_line(&mut self) -> String {
        let mut lines = String::new();
        // What cannot be read says nothing.
        let _ = self.lines.rewind();
        let _ = self.lines.read_to_string(&mut lines);
        let last = lines.lines().rfind(|line| !line.trim().is_empty());
        last.unwrap_or("it said nothing").to_owned()
    }

    /// Where everything of it is.
    ///
    /// # Errors
    /// When its own file cannot be used.
    pub fn addresses(&self) -> Result<Company, CompanyError> {
        CompanyArgs::of(self.folder.path()).settle()
    }

    /// Its data folder.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Closes it, and waits until it is.
    pub async fn close(mut self) {
        drop(self.life.take());
        if timeout(CLOSE_LIMIT, self.child.wait()).await.is_err() {
            // Its children are tied to it by the kernel.
            let _ = self.child.kill().await;
        }
    }
}
