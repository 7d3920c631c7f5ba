//! The line to RabbitMQ: a task that connects, watches the connection, and connects again.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::connect::{Address, LIMIT};
use super::session::Session;
use super::topology::Topology;
use crate::queue::backoff::Backoff;
use crate::queue::error::QueueError;
use crate::queue::topic::Topic;

/// The line, as publishers and consumers see it.
#[derive(Debug)]
pub(super) struct Line(watch::Receiver<Status>);

#[derive(Clone, Debug)]
enum Status {
    /// The first attempt is not over.
    New,
    Up(Arc<Session>),
    /// Why.
    Down(String),
}

impl Line {
    /// Starts the task, which ends when the guard is dropped.
    pub(super) fn start(address: Address, topics: &[Topic], limit: u32) -> (Arc<Self>, DropGuard) {
        let (sender, receiver) = watch::channel(Status::New);
        let end = CancellationToken::new();
        let keeper = Keeper {
            address,
            topology: Topology::new(topics, limit),
            status: sender,
        };
        let ended = end.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                () = keeper.keep() => {}
            }
        });
        (Arc::new(Self(receiver)), end.drop_guard())
    }

    /// Ends with the first attempt.
    pub(super) async fn tried(&self) {
        let tried = |status: &Status| !matches!(status, Status::New);
        // Fails when the task has ended, which is an end too.
        let _ = self.0.clone().wait_for(tried).await;
    }

    /// The session there is.
    ///
    /// # Errors
    /// At once, where there is none.
    pub(super) fn session(&self) -> Result<Arc<Session>, QueueError> {
        match &*self.0.borrow() {
            Status::New => Err(QueueError::unavailable("not connected yet")),
            Status::Up(session) => Ok(Arc::clone(session)),
            Status::Down(why) => Err(QueueError::unavailable(why.as_str())),
        }
    }

    /// The next session there is, however long it takes.
    pub(super) async fn connected(&self) -> Arc<Session> {
        let mut status = self.0.clone();
        loop {
            if let Status::Up(session) = &*status.borrow_and_update() {
                return Arc::clone(session);
            }
            if status.changed().await.is_err() {
                // The task has ended; so will whoever waits.
                std::future::pending::<()>().await;
            }
        }
    }
}

struct Keeper {
    address: Address,
    topology: Topology,
    status: watch::Sender<Status>,
}

impl Keeper {
    async fn keep(&self) {
        let mut backoff = Backoff::default();
        loop {
            let why = match self.connect().await {
                Ok(session) => {
                    backoff = Backoff::default();
                    let session = Arc::new(session);
                    self.status.send_replace(Status::Up(Arc::clone(&session)));
                    let why = session.ended().await;
                    // Nobody is to take it up any more while it is closed.
                    self.status.send_replace(Status::Down(why.clone()));
                    session.close().await;
                    why
                }
                Err(error) => error.to_string(),
            };
            self.status.send_replace(Status::Down(why));
            backoff.wait().await;
        }
    }

    async fn connect(&self) -> Result<Session, QueueError> {
        let connecting = Session::begin(&self.address, &self.topology);
        tokio::time::timeout(LIMIT, connecting)
            .await
            .unwrap_or_else(|_| Err(QueueError::unavailable("no connection in time")))
    }
}
