//! Counts what waits, and forgets what is long over.

use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;

use crate::clock;
use crate::metrics::Metrics;
use crate::outage::{self, Outage};
use crate::store::Store;

/// How often waiting orders are counted.
const COUNT_EVERY: Duration = Duration::from_secs(2);

/// How often old trips are forgotten, in counts.
const FORGET_EVERY: u32 = 30;

/// Trips that are forgotten at once, each with all its orders: few, for whoever writes has to wait.
const MOST: u32 = 20;

/// The task.
#[derive(Debug)]
pub(crate) struct Housekeeper {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) metrics: Metrics,
    pub(crate) remember: time::Duration,
    pub(crate) stop: Stop,
}

impl Housekeeper {
    /// Works until the stop.
    pub(crate) async fn run(self) {
        let mut outage = Outage::none("housekeeping");
        let mut round = 0;
        loop {
            let counted = outage::ask(self.store.count_waiting()).await;
            if let Some(waiting) = outage.note(counted) {
                self.metrics
                    .orders_waiting
                    .set(i64::try_from(waiting).unwrap_or(i64::MAX));
            }
            if round % FORGET_EVERY == 0 {
                self.forget(&mut outage).await;
            }
            round += 1;
            if !clock::pause(COUNT_EVERY, &self.stop).await {
                return;
            }
        }
    }

    async fn forget(&self, outage: &mut Outage) {
        let before = clock::now() - self.remember;
        while !self.stop.is_requested() {
            let forgotten = outage::ask(self.store.forget(before, MOST)).await;
            if outage
                .note(forgotten)
                .is_none_or(|trips| trips < u64::from(MOST))
            {
                return;
            }
        }
    }
}
