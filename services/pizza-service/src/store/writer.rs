//! Group commit: one task takes whatever waits, writes it in one transaction, and answers each who
//! waits for it. An `fsync` is shared by all orders that came while the one before it ran.

use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;
use chassis::telemetry::traces::TraceLink;
use contracts::Order;
use time::OffsetDateTime;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot};
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use super::{Cancellation, Cancelled, Inserted, Placement, Store, StoreError};
use crate::metrics::{OrderMetrics, WriterMetrics};
use crate::order::{self, IdempotencyKey};

mod job;
mod task;

use job::Job;

/// How long one batch may take. Then those who wait for it are told, and the next one is tried: a
/// connection that hangs must not hang the service.
pub const BATCH_LIMIT: Duration = Duration::from_secs(5);

/// Why nothing was written, or why it is not known.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WriteError {
    /// As many as allowed are waiting already.
    #[error("as many orders as allowed wait to be stored")]
    Full,
    /// The service is stopping.
    #[error("the writer has ended")]
    Closed,
    /// The key stands for another order.
    #[error("the idempotency key belongs to another request")]
    KeyTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An order that is stored.
#[derive(Clone, Debug)]
pub enum Placed {
    /// Just now.
    New(Arc<Order>),
    /// By an earlier attempt with the same key; as it was then.
    Replayed(Box<Order>),
}

/// Takes writes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    metrics: WriterMetrics,
    placed: Arc<Notify>,
    closing: Stop,
    ended: Stop,
}

impl Writer {
    /// Starts the task. At most `queue` writes wait. `stop` waits for the task's end, which comes
    /// after [`Writer::close`].
    pub fn start(
        store: Arc<dyn Store>,
        queue: u32,
        orders: OrderMetrics,
        metrics: WriterMetrics,
        stop: &Stop,
    ) -> Self {
        metrics.queue_limit.set(i64::from(queue));
        let (jobs, waiting) = mpsc::channel(queue as usize);
        let writer = Self {
            jobs,
            metrics: metrics.clone(),
            placed: Arc::default(),
            closing: Stop::new(),
            ended: Stop::new(),
        };
        let task = task::Task {
            store,
            waiting,
            orders,
            metrics,
            placed: Arc::clone(&writer.placed),
            closing: writer.closing.clone(),
        };
        let ended = writer.ended.token().drop_guard();
        stop.spawn(async move {
            let _ended = ended;
            task.run().await;
        });
        writer
    }

    /// Wakes whoever carries events on: there are new ones.
    pub fn placed(&self) -> Arc<Notify> {
        Arc::clone(&self.placed)
    }

    /// Stores an order.
    ///
    /// # Errors
    /// When it is not stored, or nobody knows whether it is.
    pub async fn place(
        &self,
        order: Arc<Order>,
        key: Option<IdempotencyKey>,
    ) -> Result<Placed, WriteError> {
        let placement = Placement {
            order: Arc::clone(&order),
            key,
            // The request is what the event is because of, and not that it was stored.
            traceparent: TraceLink::current().map(|request| request.traceparent()),
        };
        let span = storing(&placement);
        match self.insert(placement).instrument(span).await? {
            Inserted::New => Ok(Placed::New(order)),
            Inserted::KeyTaken(holder) if order::same_request(&holder, &order) => {
                Ok(Placed::Replayed(Box::new(order::as_placed(*holder))))
            }
            Inserted::KeyTaken(_) => Err(WriteError::KeyTaken),
        }
    }

    async fn insert(&self, placement: Placement) -> Result<Inserted, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Place {
            placement,
            link: TraceLink::current(),
            answer,
        })?;
        answered.await.map_err(|_| WriteError::Closed)?
    }

    /// Cancels an order.
    ///
    /// # Errors
    /// When nobody knows whether it is cancelled.
    pub async fn cancel(&self, id: Uuid) -> Result<Cancelled, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Cancel {
            cancellation: Cancellation {
                id,
                at: OffsetDateTime::now_utc(),
            },
            link: TraceLink::current(),
            answer,
        })?;
        answered.await.map_err(|_| WriteError::Closed)?
    }

    /// Takes no more; what was taken is still written.
    pub fn close(&self) {
        self.closing.request();
    }

    /// Closes it, and waits until all is written, but not longer than for one batch.
    pub async fn finish(&self) {
        self.close();
        // Whoever waits for what is left then has been told by the batch's own limit.
        let _ = tokio::time::timeout(BATCH_LIMIT, self.ended.requested()).await;
    }

    fn send(&self, job: Job) -> Result<(), WriteError> {
        // Before the job is there to be taken, or the task could count down first.
        self.metrics.queue_depth.inc();
        self.jobs.try_send(job).map_err(|error| {
            self.metrics.queue_depth.dec();
            match error {
                TrySendError::Full(_) => WriteError::Full,
                TrySendError::Closed(_) => WriteError::Closed,
            }
        })
    }
}

/// What a request waits for, in its own trace; the batch that its order goes with has one of its own
/// and a link to this. Nothing where the request is not recorded.
fn storing(placement: &Placement) -> Span {
    match placement.traceparent {
        Some(_) => tracing::info_span!("store_order", otel.kind = "internal"),
        None => Span::none(),
    }
}
