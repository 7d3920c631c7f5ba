//! A run: the handle that starts, watches, stops and ends it.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use http::HeaderValue;
use parking_lot::Mutex;
use thiserror::Error;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::limits::LimitError;
use super::live::{Live, LiveFigures};
use super::memory::Memory;
use super::report::LoadReport;
use super::scheduler::Scheduler;
use super::seconds::Seconds;
use super::shared::{Salt, Shared};
use super::tally::Tally;
use super::worker::Worker;
use super::{Limits, NoAddress, Plan, Targets};

/// A plan under way. Dropping it stops it.
#[derive(Debug)]
pub struct LoadRun {
    shared: Arc<Shared>,
    over: CancellationToken,
    scheduler: JoinHandle<LoadReport>,
    _stop_when_dropped: DropGuard,
}

/// A run's live figures, for those who only look.
#[derive(Clone, Debug)]
pub struct LiveView(Arc<Shared>);

/// Why a run did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The plan is beyond the caps.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The plan holds a flow that has nowhere to go.
    #[error(transparent)]
    Address(#[from] NoAddress),
    /// The drill's id cannot stand in a header.
    #[error("the drill id can't be sent as a header")]
    DrillId,
    /// No thread or runtime to be had.
    #[error("the load engine does not start: {0}")]
    Engine(#[from] io::Error),
}

impl LoadRun {
    /// Checks the plan against `limits` and begins it now. `drill_id` goes out with every request
    /// as `X-Drill-Id`. Needs no async runtime: the run has threads of its own.
    pub fn start(
        plan: Plan,
        targets: &Targets,
        limits: Limits,
        drill_id: Option<&str>,
    ) -> Result<Self, StartError> {
        limits.check(&plan)?;
        targets.serve(plan.flows())?;
        let header = drill_id.map(HeaderValue::from_str).transpose();
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            started: Instant::now(),
            limits,
            visits: plan.visits(),
            drill_id: header.map_err(|_| StartError::DrillId)?,
            salt: Salt::of(drill_id),
            memory: Memory::default(),
            live: Live::default(),
            seconds: Mutex::new(Seconds::new(limits.seconds)),
            stop: stop.clone(),
        });
        let workers = workers(&shared, targets)?;
        let scheduler = Scheduler {
            plan,
            shared: Arc::clone(&shared),
            workers,
            tally: Tally::default(),
            second: None,
        };
        let over = CancellationToken::new();
        let says_over = over.clone().drop_guard();
        let scheduler = thread::Builder::new()
            .name("load-scheduler".to_owned())
            .spawn(move || {
                let _says_over = says_over;
                scheduler.run()
            })?;
        Ok(Self {
            shared,
            over,
            scheduler,
            _stop_when_dropped: stop.drop_guard(),
        })
    }

    /// The moment that all offsets of the run count from.
    pub fn started(&self) -> Instant {
        self.shared.started
    }

    /// The run at this moment.
    pub fn live(&self) -> LiveFigures {
        self.shared.figures()
    }

    /// The live figures for someone else to read, also after the run.
    pub fn live_view(&self) -> LiveView {
        LiveView(Arc::clone(&self.shared))
    }

    /// Begins no more visits. Those in flight may end, within the drain limit.
    pub fn stop(&self) {
        self.shared.stop.cancel();
        self.scheduler.thread().unpark();
    }

    /// Cancelling it stops the run, within a tenth of a second.
    pub fn stop_token(&self) -> CancellationToken {
        self.shared.stop.clone()
    }

    /// Waits until the plan is through, or stopped, and drained. Safe to give up and ask again.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }

    /// Waits for the end as [`LoadRun::over`] does, and returns the account. A plan with a tail has
    /// no end of its own: stop it first.
    pub async fn finish(self) -> LoadReport {
        self.over().await;
        match self.scheduler.join() {
            Ok(report) => report,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl LiveView {
    /// The run at this moment.
    pub fn figures(&self) -> LiveFigures {
        self.0.figures()
    }
}

/// One worker for every other core: the service under load is likely to need the rest.
fn workers(shared: &Arc<Shared>, targets: &Targets) -> io::Result<Vec<Worker>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let connections = shared.limits.connections;
    let count = (cores / 2).clamp(1, MOST_WORKERS).min(connections);
    (0..count)
        .map(|number| Worker::start(shared, targets, (connections + number) / count))
        .collect()
}

/// More than these do not help before the highest rate that a scenario can ask for.
const MOST_WORKERS: usize = 4;
