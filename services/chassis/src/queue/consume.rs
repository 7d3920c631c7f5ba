//! The consumer: takes what waits, hands it to the handler, settles it. It outlives whatever the
//! handler and the broker do.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Queues;
use super::backoff::Backoff;
use super::broker::{Delivery, Settled, Subscription, Verdict};
use super::error::QueueError;
use super::handler::{ConsumerSettings, Handler};
use super::metrics::Consuming;
use super::topic::Topic;
use crate::stop::Stop;

mod attempt;
mod lot;

use attempt::Outcome;
use lot::Lot;

/// How long settling may take, and giving back at the end.
const LIMIT: Duration = Duration::from_secs(5);

/// Runs a consumer as a task of `stop`.
pub(super) fn start<H: Handler>(
    queues: Queues,
    handler: H,
    settings: ConsumerSettings,
    stop: &Stop,
) {
    let topic = Topic::of::<H::Event>();
    let Some(metrics) = queues.metrics.consuming(topic).cloned() else {
        tracing::error!(
            topic = topic.as_str(),
            "is consumed, and was not opened to be"
        );
        return;
    };
    let consumer = Consumer {
        queues,
        handler,
        topic,
        batch: settings.batch.max(1),
        metrics,
        stop: stop.clone(),
        is_lost: AtomicBool::new(false),
        is_busy: AtomicBool::new(false),
    };
    stop.spawn(async move { consumer.run().await });
}

struct Consumer<H> {
    queues: Queues,
    handler: H,
    topic: Topic,
    batch: u16,
    metrics: Consuming,
    stop: Stop,
    is_lost: AtomicBool,
    is_busy: AtomicBool,
}

impl<H: Handler> Consumer<H> {
    /// One subscription after the other, until the stop.
    async fn run(&self) {
        let mut backoff = Backoff::default();
        loop {
            let begin = Instant::now();
            match self.subscribed().await {
                Ok(()) if self.stop.is_requested() => return,
                Ok(()) => self.tell_lost(Some(&QueueError::cancelled())),
                Err(error) => self.tell_lost(Some(&error)),
            }
            if begin.elapsed() > LIMIT {
                // It was well for a while, or it was waited for long enough.
                backoff = Backoff::default();
            }
            tokio::select! {
                () = self.stop.requested() => return,
                () = backoff.wait() => {}
            }
        }
    }

    /// Ends when the consumer must leave the queue: at the stop, or because a fault says so.
    async fn leaves(&self) {
        tokio::select! {
            () = self.stop.requested() => {}
            () = self.queues.faults.loses_consumer() => {}
        }
    }

    /// One subscription, until it must be left or an error of the broker's.
    async fn subscribed(&self) -> Result<(), QueueError> {
        let subscribing = async {
            self.queues.faults.keeps_consumer_out().await;
            self.queues.struck()?;
            self.queues.broker.subscribe(self.topic).await
        };
        let mut subscription = tokio::select! {
            () = self.stop.requested() => return Ok(()),
            subscription = subscribing => subscription?,
        };
        // Slow at the start: a message that its consumer dies of is at hand alone when the next
        // consumer dies of it, and those behind it are not taken for its like.
        let mut narrow = true;
        let held = loop {
            let deliveries = tokio::select! {
                () = self.leaves() => break Vec::new(),
                deliveries = subscription.receive() => deliveries?,
            };
            self.queues.struck()?;
            self.metrics.consumed.inc_by(deliveries.len() as u64);
            let held = self
                .work(&mut *subscription, deliveries, &mut narrow)
                .await?;
            if !held.is_empty() {
                break held;
            }
        };
        // What is not given back in time is delivered again all the same, later; and an end must
        // not take longer for a broker that is gone.
        let _ = tokio::time::timeout(LIMIT, subscription.close(&held)).await;
        Ok(())
    }

    /// Handles deliveries and settles them. Returns what is left over where the queue must be left.
    async fn work(
        &self,
        subscription: &mut dyn Subscription,
        deliveries: Vec<Delivery>,
        narrow: &mut bool,
    ) -> Result<Vec<Delivery>, QueueError> {
        let (mut lots, dead) = self.sort(deliveries);
        self.settle(subscription, dead).await?;
        while let Some(lot) = lots.pop_front() {
            let is_fresh = lot.is_fresh();
            match self.handle(subscription, lot).await? {
                Outcome::Settled(settled) => {
                    if *narrow && is_fresh {
                        subscription.widen(self.batch).await?;
                        *narrow = false;
                    }
                    self.settle(subscription, settled).await?;
                }
                Outcome::Split(parts) => parts
                    .into_iter()
                    .rev()
                    .for_each(|part| lots.push_front(part)),
                Outcome::GivenBack => {}
                Outcome::Left(mut held) => {
                    held.extend(lots.into_iter().flat_map(Lot::into_deliveries));
                    return Ok(held);
                }
            }
        }
        Ok(Vec::new())
    }

    /// What can be handled, in lots, and what never can.
    fn sort(&self, deliveries: Vec<Delivery>) -> (VecDeque<Lot<H::Event>>, Vec<Settled>) {
        let (readable, dead) = lot::read(deliveries, self.queues.max_tries);
        let system = self.queues.broker.system();
        (lot::together(readable, system, self.topic), dead)
    }

    async fn settle(
        &self,
        subscription: &mut dyn Subscription,
        settled: Vec<Settled>,
    ) -> Result<(), QueueError> {
        if settled.is_empty() {
            return Ok(());
        }
        let running = self.metrics.begin_settle();
        let outcome = tokio::time::timeout(LIMIT, subscription.settle(&settled))
            .await
            .unwrap_or_else(|_| Err(QueueError::unavailable("not settled in time")));
        running.end(&outcome);
        outcome?;
        self.tell_lost(None);
        self.count_dead(&settled);
        Ok(())
    }

    fn count_dead(&self, settled: &[Settled]) {
        let reasons = settled.iter().filter_map(|one| match one.verdict {
            Verdict::Dead(reason) => Some(reason),
            Verdict::Done => None,
        });
        let mut count = 0_u32;
        let mut last = None;
        for reason in reasons {
            self.metrics.dead(reason);
            count += 1;
            last = Some(reason);
        }
        if let Some(reason) = last {
            let (topic, reason) = (self.topic.as_str(), reason.detail());
            tracing::warn!(topic, count, reason, "messages went to the dead letters");
        }
    }

    /// Says when the consumer is lost and when it has settled something again, not with each attempt.
    fn tell_lost(&self, why: Option<&QueueError>) {
        let was_lost = self.is_lost.swap(why.is_some(), Ordering::Relaxed);
        let topic = self.topic.as_str();
        match why {
            Some(error) if !was_lost => tracing::warn!(topic, %error, "a consumer was lost"),
            None if was_lost => tracing::info!(topic, "messages are consumed again"),
            _ => {}
        }
    }

    /// Says when the handler can handle nothing and when it can again, not with each attempt.
    fn tell_busy(&self, why: Option<&str>) {
        let was_busy = self.is_busy.swap(why.is_some(), Ordering::Relaxed);
        let topic = self.topic.as_str();
        match why {
            Some(why) if !was_busy => tracing::warn!(topic, why, "messages have to wait"),
            None if was_busy => tracing::info!(topic, "messages are handled again"),
            _ => {}
        }
    }
}
