//! A Postgres server of one's own, from the distribution's binaries: made for one test, on a free
//! port, in a temporary folder, and gone with it.

use std::ffi::OsStr;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::ports::free_port;
use crate::wait::until;

/// Where Debian and its children keep the servers, one folder a version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The server refuses to run as root: this account of the package does.
const ACCOUNT: &str = "postgres";

const USER: &str = "pizza";
const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Somebody else may take a free port before the server does.
const PORTS_TO_TRY: u32 = 5;

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    binaries: PathBuf,
    account: Option<Account>,
    folder: TempDir,
    port: u16,
    server: Option<Child>,
}

#[derive(Clone, Copy, Debug)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Postgres {
    /// Makes a cluster and starts its server.
    ///
    /// # Errors
    /// When Postgres is not installed (the error names the package) or does not start.
    pub async fn start() -> Result<Self> {
        let account = account().await?;
        let folder = tempfile::tempdir()?;
        if let Some(account) = account {
            chown(folder.path(), Some(account.uid), Some(account.gid))?;
        }
        let mut postgres = Self {
            binaries: binaries()?,
            account,
            folder,
            port: 0,
            server: None,
        };
        postgres.make_cluster().await?;
        for _ in 0..PORTS_TO_TRY {
            postgres.port = free_port()?;
            if postgres.start_again().await.is_ok() {
                return Ok(postgres);
            }
        }
        bail!("Postgres does not start: {}", postgres.log())
    }

    /// A new, empty database. Returns its URL.
    ///
    /// # Errors
    /// When the server refuses, as it does for a name that is taken.
    pub async fn database(&self, name: &str) -> Result<String> {
        let port = self.port.to_string();
        run(Command::new(self.binaries.join("createdb")).args([
            "--host=127.0.0.1",
            "--port",
            &port,
            "--username",
            USER,
            name,
        ]))
        .await?;
        Ok(format!("postgres://{USER}@127.0.0.1:{port}/{name}"))
    }

    /// Ends the server at once, as a crash does: clients lose their connections, what was committed
    /// stays.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else {
            return Ok(());
        };
        end(&server);
        tokio::time::timeout(STOP_LIMIT, server.wait())
            .await
            .context("Postgres does not end")??;
        Ok(())
    }

    /// Starts the server on the same port and data.
    ///
    /// # Errors
    /// When it does not answer in time.
    pub async fn start_again(&mut self) -> Result<()> {
        let log = std::fs::File::create(self.folder.path().join("log"))?;
        let mut command = self.as_account("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.path())
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut server = command.kill_on_drop(true).spawn()?;
        let port = self.port.to_string();
        let ready = until("Postgres answers", START_LIMIT, async || {
            if !matches!(server.try_wait(), Ok(None)) {
                return Some(false);
            }
            let asked = run(Command::new(self.binaries.join("pg_isready")).args([
                "--host=127.0.0.1",
                "--port",
                &port,
            ]))
            .await;
            asked.is_ok().then_some(true)
        })
        .await?;
        ensure!(ready, "Postgres ended at its start: {}", self.log());
        self.server = Some(server);
        Ok(())
    }

    async fn make_cluster(&self) -> Result<()> {
        let mut command = self.as_account("initdb");
        command.arg("--pgdata").arg(self.data()).args([
            "--username",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        run(&mut command).await
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// A program of the server's, under the account, ended by the kernel should this process die
    /// without ending it.
    fn as_account(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig=QUIT");
        if let Some(Account { uid, gid }) = self.account {
            command.arg(format!("--reuid={uid}"));
            command.arg(format!("--regid={gid}"));
            command.arg("--clear-groups");
        }
        command.arg(self.binaries.join(program));
        // The account may not enter the folder that the tests run in.
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            end(server);
        }
    }
}

/// SIGQUIT is an immediate shutdown, of the server's children too; SIGKILL would leave those.
fn end(server: &Child) {
    let pid = server
        .id()
        .and_then(|id| Pid::from_raw(id.try_into().ok()?));
    if let Some(pid) = pid {
        // It may have ended by itself.
        let _ = kill_process(pid, Signal::QUIT);
    }
}

/// The newest version's programs.
fn binaries() -> Result<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir(VERSIONS)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    versions.sort_by_key(|folder| version(folder));
    versions
        .pop()
        .context("Postgres is not installed: apt-get install postgresql")
}

fn version(binaries: &Path) -> Option<u32> {
    binaries.parent()?.file_name()?.to_str()?.parse().ok()
}

/// The account to run as, where this process is root's.
async fn account() -> Result<Option<Account>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let id = async |flag: &str| -> Result<u32> {
        let out = Command::new("id").args([flag, ACCOUNT]).output().await?;
        String::from_utf8_lossy(&out.stdout)
            .trim()
            .parse()
            .context("there is no account `postgres`: apt-get install postgresql")
    };
    Ok(Some(Account {
        uid: id("-u").await?,
        gid: id("-g").await?,
    }))
}

async fn run(command: &mut Command) -> Result<()> {
    let program = command.as_std().get_program().to_owned();
    let out = command
        .stdin(Stdio::null())
        .output()
        .await
        .with_context(|| shown(&program))?;
    ensure!(
        out.status.success(),
        "{}: {}",
        shown(&program),
        String::from_utf8_lossy(&out.stderr)
    );
    Ok(())
}

fn shown(program: &OsStr) -> String {
    program.to_string_lossy().into_owned()
}
