//! The queue file: one `SQLite` file that the processes of a company on one machine share.
//!
//! A publisher's commit waits for the disk. A consumer's does not: what it loses with the power is a
//! lease, which nobody holds any more then, or a settlement, which is a delivery more.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::broker::{Broker, Letter, State, Subscription};
use super::error::QueueError;
use super::topic::Topic;
use crate::error::BootError;

mod consumers;
mod lease;
mod open;
mod settle;
mod subscription;
mod write;

use open::Connections;
use subscription::FileSubscription;

/// The queue file.
#[derive(Debug)]
pub(super) struct QueueFile {
    connections: Arc<Connections>,
    limit: u32,
    /// What subscriptions hang on: cancelled, and replaced by a new one, when they are to break.
    line: Mutex<CancellationToken>,
}

impl QueueFile {
    /// Opens the file in the data folder, which is made where there is none.
    ///
    /// # Errors
    /// When it cannot be used.
    pub(super) async fn open(data_dir: &Path, limit: u32) -> Result<Self, BootError> {
        Ok(Self {
            connections: Arc::new(open::open(data_dir).await?),
            limit,
            line: Mutex::default(),
        })
    }
}

#[async_trait]
impl Broker for QueueFile {
    fn system(&self) -> &'static str {
        "sqlite"
    }

    async fn publish(&self, topic: Topic, letters: &[Letter]) -> Result<(), QueueError> {
        write::publish(&self.connections.durable, topic, letters, self.limit).await
    }

    async fn subscribe(&self, topic: Topic) -> Result<Box<dyn Subscription>, QueueError> {
        let connections = Arc::clone(&self.connections);
        let line = self.line.lock().child_token();
        let subscription = FileSubscription::begin(connections, topic, line);
        Ok(Box::new(subscription.await?))
    }

    async fn state(&self, topic: Topic) -> Result<State, QueueError> {
        let reader = &mut *self.connections.reader.lock().await;
        Ok(consumers::state(reader, topic).await?)
    }

    fn disconnect(&self) {
        std::mem::take(&mut *self.line.lock()).cancel();
    }
}

/// The file failed: full disk, broken disk, or somebody who does not let go of it.
impl From<sqlx::Error> for QueueError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(format!("the queue file: {error}"))
    }
}
