//! A worker: a thread of its own that carries visits out, many at a time.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::task::TaskTracker;

use super::client::Client;
use super::shared::{Job, Shared};
use super::tally::Tally;
use super::{Destination, Targets};
use conduct::conduct;

mod conduct;

/// The scheduler's end of a worker.
#[derive(Debug)]
pub(super) struct Worker {
    /// Unbounded, because the scheduler bounds the visits in flight and must never wait.
    jobs: UnboundedSender<Job>,
    thread: JoinHandle<Tally>,
}

/// What the visits of one worker share.
#[derive(Debug)]
struct Desk {
    shared: Arc<Shared>,
    clients: Clients,
    tally: Mutex<Tally>,
}

/// One client a service that has an address.
#[derive(Debug)]
struct Clients {
    pizza: Option<Client>,
    pokedex: Option<Client>,
    tracker: Option<Client>,
}

impl Clients {
    fn new(targets: &Targets, connections: usize) -> Self {
        let client = |to| {
            let origin = targets.origin(to)?;
            Some(Client::new(origin.clone(), connections))
        };
        Self {
            pizza: client(Destination::Pizza),
            pokedex: client(Destination::Pokedex),
            tracker: client(Destination::Tracker),
        }
    }

    fn of(&self, destination: Destination) -> Option<&Client> {
        let client = match destination {
            Destination::Pizza => &self.pizza,
            Destination::Pokedex => &self.pokedex,
            Destination::Tracker => &self.tracker,
        };
        client.as_ref()
    }
}

impl Worker {
    /// Starts the worker with its share of the connections to each service.
    pub(super) fn start(
        shared: &Arc<Shared>,
        targets: &Targets,
        connections: usize,
    ) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let desk = Arc::new(Desk {
            shared: Arc::clone(shared),
            clients: Clients::new(targets, connections),
            tally: Mutex::default(),
        });
        let (jobs, inbox) = unbounded_channel();
        let thread = thread::Builder::new()
            .name("load-worker".to_owned())
            .spawn(move || work(&runtime, &desk, inbox))?;
        Ok(Self { jobs, thread })
    }

    /// Hands a visit over; whether the worker is still there to take it.
    pub(super) fn take(&self, job: Job) -> bool {
        self.jobs.send(job).is_ok()
    }

    /// Sends no more, waits for the visits in flight up to the drain limit, and returns the counts.
    pub(super) fn finish(self) -> thread::Result<Tally> {
        drop(self.jobs);
        self.thread.join()
    }
}

fn work(runtime: &Runtime, desk: &Arc<Desk>, mut inbox: UnboundedReceiver<Job>) -> Tally {
    runtime.block_on(async {
        let visits = TaskTracker::new();
        while let Some(job) = inbox.recv().await {
            visits.spawn(conduct(Arc::clone(desk), job));
        }
        visits.close();
        // What the limit cuts off stays in the report as sent and neither completed nor failed.
        let _ = tokio::time::timeout(desk.shared.limits.drain, visits.wait()).await;
    });
    std::mem::take(&mut *desk.tally.lock())
}
