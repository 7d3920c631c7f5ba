//! Looks at the queues once in a while, for their metrics.

use std::time::Duration;

use super::Queues;
use super::error::QueueError;
use super::topic::Topic;
use crate::stop::Stop;

const INTERVAL: Duration = Duration::from_secs(1);

/// How long a look may take: a broker that hangs is down.
const LIMIT: Duration = Duration::from_secs(5);

/// Looks a first time, then goes on until the stop.
pub(super) async fn start(queues: &Queues, topics: Vec<Topic>, stop: &Stop) {
    let mut watch = Watch {
        queues: queues.clone(),
        topics,
        up: true,
    };
    watch.look().await;
    let stopping = stop.clone();
    stop.spawn(async move {
        tokio::select! {
            () = stopping.requested() => {}
            () = watch.go_on() => {}
        }
    });
}

struct Watch {
    queues: Queues,
    topics: Vec<Topic>,
    up: bool,
}

impl Watch {
    async fn go_on(&mut self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            self.look().await;
        }
    }

    async fn look(&mut self) {
        let looked = tokio::time::timeout(LIMIT, self.look_at_all())
            .await
            .unwrap_or_else(|_| Err(QueueError::unavailable("no answer in time")));
        self.queues.metrics.up(looked.is_ok());
        self.tell(looked);
    }

    async fn look_at_all(&self) -> Result<(), QueueError> {
        self.queues.struck()?;
        for topic in &self.topics {
            let state = self.queues.broker.state(*topic).await?;
            self.queues.metrics.see(*topic, state);
        }
        Ok(())
    }

    /// Says when it goes down and when it is back, not with each look.
    fn tell(&mut self, looked: Result<(), QueueError>) {
        let was_up = std::mem::replace(&mut self.up, looked.is_ok());
        match looked {
            Err(error) if was_up => tracing::warn!(%error, "the queue does not answer"),
            Ok(()) if !was_up => tracing::info!("the queue answers again"),
            _ => {}
        }
    }
}
