//! Tells where each van is, once a second, and makes up for it after the queue was away.

use std::collections::VecDeque;
use std::sync::Arc;

use chassis::Stop;
use chassis::queue::{Outgoing, QueueError, Queues};
use contracts::VehiclePosition;
use parking_lot::Mutex;

use crate::clock;
use crate::fleet::{Fleet, MOST_SECONDS_BEHIND};
use crate::metrics::Metrics;
use crate::outage::Outage;

/// Positions that are published at once.
const MOST: usize = 512;

/// The task.
#[derive(Debug)]
pub(crate) struct Positions {
    pub(crate) queues: Queues,
    pub(crate) fleet: Arc<Mutex<Fleet>>,
    pub(crate) metrics: Metrics,
    pub(crate) stop: Stop,
    buffer: VecDeque<Outgoing<VehiclePosition>>,
    /// Positions that may wait.
    most_waiting: usize,
}

impl Positions {
    /// Of so many vans.
    pub(crate) fn new(
        queues: Queues,
        fleet: Arc<Mutex<Fleet>>,
        metrics: Metrics,
        vehicles: u8,
        stop: Stop,
    ) -> Self {
        let seconds = usize::try_from(MOST_SECONDS_BEHIND).unwrap_or_default();
        Self {
            queues,
            fleet,
            metrics,
            stop,
            buffer: VecDeque::new(),
            most_waiting: seconds * usize::from(vehicles),
        }
    }

    /// Works until the stop.
    pub(crate) async fn run(mut self) {
        let mut queue = Outage::none("telling positions");
        let stop = self.stop.clone();
        while clock::tick(0, &stop).await {
            self.gather();
            // A publish that hangs delays only itself: the seconds that pass are told next.
            queue.note(self.publish().await);
        }
    }

    /// Puts the seconds that have passed into the buffer.
    fn gather(&mut self) {
        let now = clock::now();
        let (seconds, count) = {
            let mut fleet = self.fleet.lock();
            (fleet.seconds(now), fleet.count(now))
        };
        self.metrics.count(count);
        self.metrics.trips_completed.inc_by(seconds.returned);
        let positions = seconds.positions.into_iter();
        self.buffer
            .extend(positions.map(|(event, traceparent)| Outgoing { event, traceparent }));
        let too_many = self.buffer.len().saturating_sub(self.most_waiting);
        self.buffer.drain(..too_many);
        self.metrics
            .positions_dropped
            .inc_by(seconds.lost + too_many as u64);
    }

    /// Publishes what is in the buffer, in order. What is not confirmed stays there.
    async fn publish(&mut self) -> Result<(), QueueError> {
        while !self.buffer.is_empty() {
            let count = self.buffer.len().min(MOST);
            self.queues
                .publish(&self.buffer.make_contiguous()[..count])
                .await?;
            self.buffer.drain(..count);
            self.metrics.positions_published.inc_by(count as u64);
        }
        Ok(())
    }
}
