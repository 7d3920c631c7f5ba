//! Keeping history within its limits, a little at a time: whoever stores positions waits no longer
//! than one small deletion takes.

use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;
use time::OffsetDateTime;
use tokio::time::MissedTickBehavior;

use crate::fleet::Fleet;
use crate::metrics::PositionMetrics;
use crate::store::{Pruning, Store, StoreError};

/// How often history is gone through. In between it is above its limits by what comes in meanwhile.
const EVERY: Duration = Duration::from_secs(30);

/// Positions that one deletion takes, and the pause behind it.
const MOST_AT_ONCE: u32 = 2_000;
const PAUSE: Duration = Duration::from_millis(20);

/// What history keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// For how long.
    pub age: Duration,
    /// Positions of one vehicle.
    pub rows: u32,
}

impl Retention {
    /// The moment at which history begins.
    pub fn oldest(&self, now: OffsetDateTime) -> OffsetDateTime {
        now - self.age
    }
}

/// Deletes what is beyond the limits.
#[derive(Clone, Debug)]
pub struct Pruner {
    /// Where history is.
    pub store: Arc<dyn Store>,
    /// Whose history there is.
    pub fleet: Fleet,
    /// The limits.
    pub retention: Retention,
    /// Counts what was deleted.
    pub metrics: PositionMetrics,
}

impl Pruner {
    /// Goes through history now and then, until `stop`.
    pub fn start(self, stop: &Stop) {
        let stopping = stop.clone();
        stop.spawn(async move {
            tokio::select! {
                () = stopping.requested() => {}
                () = self.run() => {}
            }
        });
    }

    async fn run(&self) {
        let mut next = tokio::time::interval(EVERY);
        next.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            next.tick().await;
            if let Err(error) = self.go_through(OffsetDateTime::now_utc()).await {
                tracing::warn!(%error, "history was not brought within its limits");
            }
        }
    }

    /// Goes through all of history once. A vehicle that has none left is forgotten: it could not be
    /// told from one that never was, and would keep a place that another may need.
    ///
    /// # Errors
    /// When the database does not do it; what was deleted stays deleted.
    pub async fn go_through(&self, now: OffsetDateTime) -> Result<(), StoreError> {
        let pruning = Pruning {
            before: self.retention.oldest(now),
            keep: self.retention.rows,
            most: MOST_AT_ONCE,
        };
        for vehicle in self.fleet.names() {
            self.prune(&vehicle, pruning).await?;
        }
        for vehicle in self.store.forget(pruning.before).await? {
            self.fleet.forget(&vehicle, pruning.before);
        }
        Ok(())
    }

    async fn prune(&self, vehicle: &str, pruning: Pruning) -> Result<(), StoreError> {
        loop {
            let pruned = self.store.prune(vehicle, pruning).await?;
            self.metrics.pruned.inc_by(pruned);
            if pruned < u64::from(pruning.most) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
