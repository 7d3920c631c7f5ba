//! A supervisor over child processes: starts them, prefixes their lines, starts a dead one again
//! with a growing delay, stops them in order. On Linux no child outlives it, however it dies: the
//! kernel ends them (see [`tied`]).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

mod backoff;
pub mod lines;
mod process;
mod ready;
mod socket;
pub mod tied;

pub use lines::{LineSink, ShowLogs};
pub use process::ProcessSpec;
pub(crate) use process::pid;

use backoff::Backoff;
use process::Process;
use socket::Socket;

/// How long a child may take from its start until it is ready.
const READY_LIMIT: Duration = Duration::from_mins(1);

/// A child that ran this long and then ended as it should, without a word from here, was told to by
/// somebody who wants a new one, such as after a new build: that one starts at once.
const SETTLED: Duration = Duration::from_secs(1);

/// What became of a child before it was ready.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program could not be started.
    #[error("{name} cannot be started: {source}")]
    Spawn {
        /// The child's name.
        name: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// It ended by itself.
    #[error("{name} ended while it started ({status}); its lines are in {log}")]
    Ended {
        /// The child's name.
        name: String,
        /// How it ended.
        status: ExitStatus,
        /// Where its lines are.
        log: String,
    },
    /// It did not become ready in time.
    #[error("{name} was not ready after {} s; its lines are in {log}", limit.as_secs())]
    NotReady {
        /// The child's name.
        name: String,
        /// The time limit.
        limit: Duration,
        /// Where its lines are.
        log: String,
    },
    /// Somebody asked to stop meanwhile.
    #[error("stopped")]
    Stopped,
}

/// All children of this process.
#[derive(Debug)]
pub struct Supervisor {
    sink: Arc<LineSink>,
    http: reqwest::Client,
    children: Vec<Child>,
    /// Sockets of children that are yet to be started.
    early: HashMap<SocketAddr, Socket>,
}

/// One child that is kept running.
#[derive(Debug)]
struct Child {
    name: String,
    stop: CancellationToken,
    keeper: JoinHandle<()>,
}

impl Supervisor {
    /// No children yet; their lines go to `sink`.
    pub fn new(sink: LineSink) -> Self {
        Self {
            sink: Arc::new(sink),
            http: reqwest::Client::new(),
            children: Vec::new(),
            early: HashMap::new(),
        }
    }

    /// Opens the socket of a child that is started later. Those who call it before wait for it, and
    /// are not turned away.
    ///
    /// # Errors
    /// When its address can't be had.
    pub fn listen_for(&mut self, spec: &ProcessSpec) -> Result<(), StartError> {
        let Some(address) = spec.listen else {
            return Ok(());
        };
        let mut socket = Socket::new(spec.listen);
        socket.open().map_err(|source| StartError::Spawn {
            name: spec.name.clone(),
            source,
        })?;
        self.early.insert(address, socket);
        Ok(())
    }

    /// Starts a child, waits until it is ready, and keeps it running from then on.
    ///
    /// # Errors
    /// When it ends or is not ready in time; then it is gone.
    pub async fn start(
        &mut self,
        spec: ProcessSpec,
        stop: &CancellationToken,
    ) -> Result<(), StartError> {
        let early = spec.listen.and_then(|address| self.early.remove(&address));
        let mut socket = early.unwrap_or_else(|| Socket::new(spec.listen));
        let spawned = Process::spawn(&spec, &mut socket, &self.sink);
        let mut process = spawned.map_err(|source| StartError::Spawn {
            name: spec.name.clone(),
            source,
        })?;
        let ready = tokio::select! {
            ready = ready::wait(&self.http, &spec.ready_url, READY_LIMIT) => ready,
            status = process.ended() => return Err(StartError::Ended {
                log: self.sink.path(&spec.name),
                name: spec.name,
                status,
            }),
            () = stop.cancelled() => {
                process.stop(spec.stop_timeout).await;
                return Err(StartError::Stopped);
            }
        };
        if !ready {
            process.stop(Duration::ZERO).await;
            return Err(StartError::NotReady {
                log: self.sink.path(&spec.name),
                name: spec.name,
                limit: READY_LIMIT,
            });
        }
        self.keep(spec, socket, process);
        Ok(())
    }

    fn keep(&mut self, spec: ProcessSpec, socket: Socket, process: Process) {
        let stop = CancellationToken::new();
        let name = spec.name.clone();
        let keeper = Keeper {
            spec,
            socket,
            sink: Arc::clone(&self.sink),
            stop: stop.clone(),
        };
        self.children.push(Child {
            name,
            stop,
            keeper: tokio::task::spawn_local(keeper.keep(process)),
        });
    }

    /// Stops the children, the last one started first, each with the time that its spec gives.
    pub async fn stop(self) {
        self.sink.close();
        for child in self.children.into_iter().rev() {
            child.stop.cancel();
            if child.keeper.await.is_err() {
                self.sink
                    .say(&child.name, "its keeper failed; it may still run");
            }
        }
    }
}

/// Keeps one child running.
struct Keeper {
    spec: ProcessSpec,
    socket: Socket,
    sink: Arc<LineSink>,
    stop: CancellationToken,
}

impl Keeper {
    async fn keep(mut self, first: Process) {
        let mut backoff = Backoff::default();
        let mut process = Some(first);
        loop {
            let started = Instant::now();
            let mut replaced = false;
            if let Some(mut running) = process.take() {
                tokio::select! {
                    status = running.ended() => {
                        self.tell(&format!("ended ({status})"));
                        replaced = status.success() && started.elapsed() >= SETTLED;
                    }
                    () = self.stop.cancelled() => {
                        if running.stop(self.spec.stop_timeout).await.was_killed() {
                            self.tell("did not stop in time and was killed");
                        }
                        return;
                    }
                }
            }
            let delay = if replaced {
                Duration::ZERO
            } else {
                self.socket.close();
                backoff.next(started.elapsed())
            };
            self.tell(&format!("starting again in {} ms", delay.as_millis()));
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = self.stop.cancelled() => return,
            }
            process = Process::spawn(&self.spec, &mut self.socket, &self.sink)
                .inspect_err(|error| self.tell(&format!("cannot be started: {error}")))
                .ok();
        }
    }

    fn tell(&self, what: &str) {
        self.sink.say(&self.spec.name, what);
    }
}
