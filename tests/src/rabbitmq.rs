//! A RabbitMQ of one's own, from the distribution's package: made for one test, on free ports, in a
//! temporary folder, and gone with it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::ports::free_port;
use crate::wait::until;

/// The script itself; the one on PATH changes to an account that owns the machine's own broker.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

const USER: &str = "pizza";

/// The password of every such server, for tests that look for it where it must not be.
pub const PASSWORD: &str = "swordfish";

const START_LIMIT: Duration = Duration::from_mins(2);
const STOP_LIMIT: Duration = Duration::from_mins(1);

/// Somebody else may take a free port before the server does.
const TIMES_TO_TRY: u32 = 5;

/// A running server.
#[derive(Debug)]
pub struct RabbitMq {
    folder: TempDir,
    port: u16,
    /// Beside `/`.
    virtual_hosts: usize,
    /// Of these, those that somebody has.
    taken: AtomicUsize,
    /// The Erlang port mapper, which the server would otherwise start and leave behind.
    mapper: Option<Child>,
    server: Option<Child>,
}

impl RabbitMq {
    /// Starts one, with no queues.
    ///
    /// # Errors
    /// When RabbitMQ is not installed (the error names the package) or does not start.
    pub async fn start() -> Result<Self> {
        Self::with_virtual_hosts(0).await
    }

    /// Starts one with so many virtual hosts beside `/`, for cases that want queues of their own. Deleting
    /// queues between two cases would not do: a new one of the same name has been seen to refuse a message,
    /// as if it had no leader yet.
    ///
    /// # Errors
    /// As above.
    pub async fn with_virtual_hosts(virtual_hosts: usize) -> Result<Self> {
        ensure!(
            Path::new(SERVER).exists(),
            "RabbitMQ is not installed: apt-get install rabbitmq-server"
        );
        let mut last = String::new();
        for _ in 0..TIMES_TO_TRY {
            let mut rabbitmq = Self {
                folder: tempfile::tempdir()?,
                port: free_port()?,
                virtual_hosts,
                taken: AtomicUsize::new(0),
                mapper: None,
                server: None,
            };
            rabbitmq.settle_in()?;
            match rabbitmq.start_again().await {
                Ok(()) => return Ok(rabbitmq),
                Err(error) => last = error.to_string(),
            }
        }
        bail!("RabbitMQ does not start: {last}")
    }

    /// What `AMQP_URL` takes.
    pub fn url(&self) -> String {
        format!("amqp://{USER}:{PASSWORD}@127.0.0.1:{}/%2f", self.port)
    }

    /// The same on a virtual host that nobody had before.
    ///
    /// # Errors
    /// When there is none left.
    pub fn take_virtual_host(&self) -> Result<String> {
        let index = self.taken.fetch_add(1, Ordering::Relaxed);
        ensure!(index < self.virtual_hosts, "no virtual host is left");
        Ok(format!(
            "amqp://{USER}:{PASSWORD}@127.0.0.1:{}/{index}",
            self.port
        ))
    }

    /// Ends the server in good order. Its queues stay.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(&mut self) -> Result<()> {
        self.end(Signal::TERM).await
    }

    /// Ends the server at once, as a crash does.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn crash(&mut self) -> Result<()> {
        self.end(Signal::KILL).await
    }

    /// Starts the server on the same port and data.
    ///
    /// # Errors
    /// When it does not listen in time.
    pub async fn start_again(&mut self) -> Result<()> {
        let mapper_port = free_port()?;
        self.mapper = Some(start_mapper(mapper_port)?);
        let mut server = self.command(mapper_port)?.spawn()?;
        let ready = until("RabbitMQ listens", START_LIMIT, async || {
            if !matches!(server.try_wait(), Ok(None)) {
                return Some(false);
            }
            let connected = TcpStream::connect(("127.0.0.1", self.port)).await;
            connected.is_ok().then_some(true)
        });
        ensure!(
            ready.await.with_context(|| self.log())?,
            "RabbitMQ ended at its start: {}",
            self.log()
        );
        self.server = Some(server);
        Ok(())
    }

    /// What the server has to say.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    async fn end(&mut self, signal: Signal) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            let id = server.id().context("the server has ended by itself")?;
            let pid = Pid::from_raw(id.try_into()?).context("process id 0")?;
            kill_process(pid, signal)?;
            tokio::time::timeout(STOP_LIMIT, server.wait())
                .await
                .context("RabbitMQ does not end")??;
        }
        if let Some(mut mapper) = self.mapper.take() {
            mapper.kill().await?;
        }
        Ok(())
    }

    /// What the server needs in its folder.
    fn settle_in(&self) -> Result<()> {
        let settings = format!(
            "listeners.tcp.1 = 127.0.0.1:{}\n\
             load_definitions = {}\n\
             disk_free_limit.absolute = 10MB\n\
             log.file = false\n\
             log.console = true\n",
            self.port,
            self.path("definitions.json").display()
        );
        std::fs::write(self.path("rabbitmq.conf"), settings)?;
        std::fs::write(
            self.path("definitions.json"),
            self.definitions().to_string(),
        )?;
        std::fs::write(self.path("plugins"), "[].")?;
        Ok(())
    }

    fn definitions(&self) -> serde_json::Value {
        let names = (0..self.virtual_hosts).map(|index| index.to_string());
        let names: Vec<_> = names.chain(["/".to_owned()]).collect();
        let permission = |name| json!({ "user": USER, "vhost": name, "configure": ".*", "write": ".*", "read": ".*" });
        json!({
            "users": [{ "name": USER, "password": PASSWORD, "tags": "" }],
            "vhosts": names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
            "permissions": names.iter().map(permission).collect::<Vec<_>>(),
        })
    }

    fn command(&self, mapper_port: u16) -> Result<Command> {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path("log"))?;
        let mut command = tied(SERVER);
        command
            .env("HOME", self.folder.path())
            .env("ERL_EPMD_PORT", mapper_port.to_string())
            .env("RABBITMQ_NODENAME", format!("test{}@localhost", self.port))
            .env("RABBITMQ_DIST_PORT", free_port()?.to_string())
            .env("RABBITMQ_CONFIG_FILE", self.path("rabbitmq.conf"))
            .env("RABBITMQ_ADVANCED_CONFIG_FILE", self.path("none.config"))
            .env("RABBITMQ_CONF_ENV_FILE", self.path("none.conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", self.path("plugins"))
            .env("RABBITMQ_MNESIA_BASE", self.path("data"))
            .env("RABBITMQ_LOG_BASE", self.path("logs"))
            .env("RABBITMQ_PID_FILE", self.path("pid"))
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", ARGUMENTS)
            // The script becomes the server then, and is not one more process in front of it.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            .current_dir(self.folder.path())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Erlang nodes talk to each other over a port too: to nobody from outside. And whoever has nothing
/// to do sleeps at once, and does not spin for a while in case there is more: others want to work.
const ARGUMENTS: &str = "-kernel inet_dist_use_interface {127,0,0,1} \
     +sbwt none +sbwtdcpu none +sbwtdio none";

fn start_mapper(port: u16) -> Result<Child> {
    let mut command = tied("epmd");
    command
        .args(["-address", "127.0.0.1", "-port", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .spawn()
        .context("epmd, a part of Erlang, does not start")
}

/// A program that is ended by the kernel should this process die without ending it. It stands back:
/// Erlang takes all processors when it starts, and beside it other tests measure.
fn tied(program: &str) -> Command {
    let mut command = Command::new("nice");
    command
        .args(["-n", "10", "setpriv", "--pdeathsig=KILL", program])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}
