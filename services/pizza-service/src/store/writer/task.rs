//! The task that writes.

use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;
use time::OffsetDateTime;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Interval, MissedTickBehavior};
use tracing::{Instrument as _, Span};

use super::BATCH_LIMIT;
use super::job::{self, Job};
use crate::metrics::{OrderMetrics, WriterMetrics};
use crate::store::{Cancelled, Inserted, Store, StoreError, Written};

/// Writes of one transaction, at most.
const MOST_JOBS: usize = 512;

/// Requests that a batch's span names, at most.
const MOST_LINKS: usize = 32;

/// How long an idempotency key is kept, at least.
const KEEP_KEYS: time::Duration = time::Duration::hours(24);

/// How often older ones are looked for, and how many go at once: orders wait meanwhile.
const PRUNE_EVERY: Duration = Duration::from_mins(1);
const MOST_PRUNED: u32 = 2_000;

pub(super) struct Task {
    pub(super) store: Arc<dyn Store>,
    pub(super) waiting: mpsc::Receiver<Job>,
    pub(super) orders: OrderMetrics,
    pub(super) metrics: WriterMetrics,
    pub(super) placed: Arc<Notify>,
    pub(super) closing: Stop,
}

impl Task {
    /// Writes until it is closed and nothing waits any more.
    pub(super) async fn run(mut self) {
        let mut jobs = Vec::with_capacity(MOST_JOBS);
        let mut prune = tokio::time::interval(PRUNE_EVERY);
        prune.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut closed = false;
        loop {
            tokio::select! {
                // Work comes last, or it would keep the others from their turn.
                biased;
                () = self.closing.requested(), if !closed => {
                    closed = true;
                    self.waiting.close();
                }
                _ = prune.tick() => self.prune(&mut prune).await,
                taken = self.waiting.recv_many(&mut jobs, MOST_JOBS) => {
                    if taken == 0 {
                        return;
                    }
                    self.take(&mut jobs).await;
                }
            }
        }
    }

    async fn take(&self, jobs: &mut Vec<Job>) {
        let taken = i64::try_from(jobs.len()).unwrap_or(i64::MAX);
        self.metrics.queue_depth.dec_by(taken);
        jobs.retain(|job| !job.is_abandoned());
        if jobs.is_empty() {
            return;
        }
        let span = batch_span(jobs);
        self.write(jobs).instrument(span).await;
        jobs.clear();
    }

    /// Writes all, or each alone where one among them is refused.
    async fn write(&self, jobs: &mut Vec<Job>) {
        match self.try_write(jobs).await {
            Ok(written) => job::tell(jobs.drain(..), written),
            Err(StoreError::Refused(_)) if jobs.len() > 1 => {
                for job in jobs.drain(..) {
                    self.write_alone(job).await;
                }
            }
            Err(error) => job::tell_failed(jobs.drain(..), &error),
        }
    }

    async fn write_alone(&self, job: Job) {
        match self.try_write(std::slice::from_ref(&job)).await {
            Ok(written) => job::tell(std::iter::once(job), written),
            Err(error) => job::tell_failed(std::iter::once(job), &error),
        }
    }

    async fn try_write(&self, jobs: &[Job]) -> Result<Written, StoreError> {
        let batch = job::batch(jobs);
        let written = tokio::time::timeout(BATCH_LIMIT, self.store.write(&batch))
            .await
            .unwrap_or_else(|_| Err(StoreError::timed_out()))?;
        self.metrics.batch_size.observe(jobs.len() as f64);
        self.count(&written);
        Ok(written)
    }

    /// Counts what is stored, whether or not its client is still there to hear so, and says that
    /// there are events.
    fn count(&self, written: &Written) {
        let new = written
            .placements
            .iter()
            .filter(|placement| matches!(placement, Inserted::New));
        let new = new.count() as u64;
        self.orders.created.inc_by(new);
        if new > 0 {
            self.placed.notify_one();
        }
        let cancelled = written
            .cancellations
            .iter()
            .filter(|cancellation| matches!(cancellation, Cancelled::Now(_)));
        self.orders.cancelled.inc_by(cancelled.count() as u64);
    }

    /// Forgets old keys, a few at a time.
    async fn prune(&self, next: &mut Interval) {
        let before = OffsetDateTime::now_utc() - KEEP_KEYS;
        let pruned = self.store.prune_keys(before, MOST_PRUNED);
        match tokio::time::timeout(BATCH_LIMIT, pruned).await {
            Ok(Ok(pruned)) if pruned >= u64::from(MOST_PRUNED) => {
                // There are more; but whoever waits comes first.
                next.reset_after(Duration::from_millis(50));
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "old idempotency keys were not forgotten"),
            Err(_) => tracing::warn!("old idempotency keys were not forgotten in time"),
        }
    }
}

/// A batch belongs to no one request's trace: it is a trace of its own that names them.
fn batch_span(jobs: &[Job]) -> Span {
    let span = tracing::info_span!(
        parent: None,
        "write_batch",
        otel.kind = "internal",
        pizza.batch.size = jobs.len(),
    );
    for link in jobs.iter().filter_map(Job::link).take(MOST_LINKS) {
        link.add_to(&span);
    }
    span
}
