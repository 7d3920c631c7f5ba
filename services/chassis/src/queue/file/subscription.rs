//! A consumer of the queue file.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::consumers::{self, LEASE};
use super::lease;
use super::open::Connections;
use super::settle;
use crate::queue::broker::{Delivery, Receipt, Settled, Subscription};
use crate::queue::error::QueueError;
use crate::queue::topic::Topic;

/// How often a consumer says that it lives: several times a lease, so that a late one is no death.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Pauses between looks at an empty queue. They grow, so that messages that come one upon the other
/// do not wait, and a queue that is silent costs next to nothing.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(40);

pub(super) struct FileSubscription {
    connections: Arc<Connections>,
    id: i64,
    topic: Topic,
    most: u16,
    /// Cancelled when the consumer is lost, or at an end.
    over: CancellationToken,
    /// What was forgiven last: once is enough for as long as it is held.
    forgiven: Vec<Receipt>,
    left: bool,
}

impl FileSubscription {
    pub(super) async fn begin(
        connections: Arc<Connections>,
        topic: Topic,
        over: CancellationToken,
    ) -> Result<Self, QueueError> {
        let id = consumers::join(&connections.quick, topic).await?;
        tokio::spawn(beat(Arc::clone(&connections), id, over.clone()));
        Ok(Self {
            connections,
            id,
            topic,
            most: 1,
            over,
            forgiven: Vec::new(),
            left: false,
        })
    }

    fn check(&self) -> Result<(), QueueError> {
        if self.over.is_cancelled() {
            return Err(QueueError::broken());
        }
        Ok(())
    }

    async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.over.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Says that a consumer lives until it is over, and buries those that say so no more.
async fn beat(connections: Arc<Connections>, id: i64, over: CancellationToken) {
    let mut failing_since = None;
    loop {
        tokio::select! {
            () = over.cancelled() => return,
            () = tokio::time::sleep(HEARTBEAT) => {}
        }
        match beat_once(&connections, id).await {
            Ok(true) => failing_since = None,
            // Somebody has buried it: it was stopped for a while.
            Ok(false) => return over.cancel(),
            Err(error) => {
                tracing::debug!(%error, "a lease was not renewed");
                let since = *failing_since.get_or_insert_with(tokio::time::Instant::now);
                if since.elapsed() >= LEASE {
                    return over.cancel();
                }
            }
        }
    }
}

async fn beat_once(connections: &Connections, id: i64) -> Result<bool, sqlx::Error> {
    let lives = consumers::renew(&connections.quick, id).await?;
    let any_lost = consumers::any_lost(&mut *connections.reader.lock().await).await?;
    if any_lost {
        consumers::bury_the_lost(&connections.quick).await?;
    }
    Ok(lives)
}

#[async_trait]
impl Subscription for FileSubscription {
    async fn receive(&mut self) -> Result<Vec<Delivery>, QueueError> {
        let mut pause = FIRST_PAUSE;
        loop {
            self.check()?;
            let any = lease::any(&mut *self.connections.reader.lock().await, self.topic).await?;
            if any {
                let pen = &self.connections.quick;
                let taken = lease::take(pen, self.id, self.topic, self.most).await?;
                if !taken.is_empty() {
                    return Ok(taken);
                }
            }
            self.pause(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn widen(&mut self, most: u16) -> Result<(), QueueError> {
        self.most = most;
        Ok(())
    }

    async fn settle(&mut self, settled: &[Settled]) -> Result<(), QueueError> {
        self.check()?;
        let pen = &self.connections.quick;
        Ok(settle::settle(pen, self.id, self.topic, settled).await?)
    }

    async fn hold(&mut self, held: &[Delivery]) -> Result<bool, QueueError> {
        self.check()?;
        let receipts: Vec<_> = held.iter().map(|delivery| delivery.receipt).collect();
        if receipts != self.forgiven {
            lease::forgive(&self.connections.quick, self.id, &receipts).await?;
            self.forgiven = receipts;
        }
        Ok(true)
    }

    async fn close(mut self: Box<Self>, _held: &[Delivery]) {
        self.over.cancel();
        let left = consumers::leave(&self.connections.quick, self.id, self.topic).await;
        // Otherwise it is lost when its lease is over.
        self.left = left.is_ok();
    }
}

impl Drop for FileSubscription {
    /// Lost, but not the process: what it had need not wait until its lease is over.
    fn drop(&mut self) {
        self.over.cancel();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if !self.left {
            let (connections, id, topic) = (Arc::clone(&self.connections), self.id, self.topic);
            runtime.spawn(async move {
                // As above.
                let _ = consumers::lose(&connections.quick, id, topic).await;
            });
        }
    }
}
