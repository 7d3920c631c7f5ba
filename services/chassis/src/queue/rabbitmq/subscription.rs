//! A consumer of RabbitMQ.

use std::collections::BTreeSet;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions,
};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer};
use tokio::time::Instant;

use super::letter;
use super::session::Session;
use crate::queue::broker::{Delivery, Receipt, Settled, Subscription, Verdict};
use crate::queue::error::QueueError;
use crate::queue::topic::Topic;

/// How long messages are held on to that cannot be handled. The broker takes a consumer that says
/// nothing for 30 minutes for lost.
const HOLD_LIMIT: Duration = Duration::from_mins(10);

/// Deliveries after which a message that comes back without its fault is published again, so that
/// the broker's count never makes a dead letter of it. Until then it keeps its place.
const TRIES_IN_PLACE: u32 = 2;

/// How long a message waits for those right behind it, which the broker sends in one go.
const FOLLOWERS: Duration = Duration::from_millis(1);

/// The reply code of an end that is meant.
const OK: u16 = 200;

pub(super) struct RabbitSubscription {
    session: Arc<Session>,
    channel: Channel,
    topic: Topic,
    /// None until something is to be received, and between two widths.
    consumer: Option<Consumer>,
    most: u16,
    /// What has come of the next batch.
    gathered: Vec<Delivery>,
    /// What was delivered and is not settled.
    open: BTreeSet<Receipt>,
    /// What is held on to, by its first message, and since when.
    holding: Option<(Receipt, Instant)>,
}

impl RabbitSubscription {
    pub(super) async fn begin(session: Arc<Session>, topic: Topic) -> Result<Self, QueueError> {
        let channel = session.channel().await?;
        Ok(Self {
            session,
            channel,
            topic,
            consumer: None,
            most: 1,
            gathered: Vec::new(),
            open: BTreeSet::new(),
            holding: None,
        })
    }

    async fn consumer(&mut self) -> Result<&mut Consumer, QueueError> {
        let consumer = match self.consumer.take() {
            Some(consumer) => consumer,
            None => self.consume().await?,
        };
        Ok(self.consumer.insert(consumer))
    }

    async fn consume(&self) -> Result<Consumer, QueueError> {
        let qos = BasicQosOptions::default();
        self.channel.basic_qos(self.most, qos).await?;
        let consuming = self.channel.basic_consume(
            self.topic.as_str().into(),
            // The broker chooses a name.
            ShortString::default(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        Ok(consuming.await?)
    }

    /// The first message that comes, and those right behind it. Given up, it keeps what it has.
    async fn next(&mut self) -> Result<Vec<Delivery>, QueueError> {
        if self.gathered.is_empty() {
            self.gather().await?;
        }
        // Also at the end of the stream, which whoever receives next sees again.
        let _ = tokio::time::timeout(FOLLOWERS, self.gather_all()).await;
        let deliveries = mem::take(&mut self.gathered);
        self.open.extend(receipts(&deliveries));
        Ok(deliveries)
    }

    async fn gather_all(&mut self) -> Result<(), QueueError> {
        while self.gathered.len() < usize::from(self.most) {
            self.gather().await?;
        }
        Ok(())
    }

    async fn gather(&mut self) -> Result<(), QueueError> {
        let delivered = self.consumer().await?.next().await;
        let delivered = delivered.ok_or_else(QueueError::broken)??;
        self.gathered.push(letter::read(delivered));
        Ok(())
    }

    /// Acknowledges messages: in one word where they are the oldest, as they mostly are.
    async fn ack_all(&mut self, receipts: &[Receipt]) -> Result<(), QueueError> {
        let Some(last) = receipts.iter().copied().max() else {
            return Ok(());
        };
        let are_the_oldest = self.open.range(..=last).count() == receipts.len();
        self.open.retain(|receipt| !receipts.contains(receipt));
        if are_the_oldest {
            return self.ack(last, true).await;
        }
        for receipt in receipts {
            self.ack(*receipt, false).await?;
        }
        Ok(())
    }

    async fn ack(&self, receipt: Receipt, multiple: bool) -> Result<(), QueueError> {
        let options = BasicAckOptions { multiple };
        let tag = receipt.0.cast_unsigned();
        Ok(self.channel.basic_ack(tag, options).await?)
    }

    async fn nack(&self, receipt: Receipt) -> Result<(), QueueError> {
        let options = BasicNackOptions {
            requeue: true,
            multiple: false,
        };
        let tag = receipt.0.cast_unsigned();
        Ok(self.channel.basic_nack(tag, options).await?)
    }

    /// Puts messages back whose fault it is not.
    async fn give_back(&mut self, held: &[Delivery]) -> Result<(), QueueError> {
        let (again, in_place): (Vec<_>, Vec<_>) = held
            .iter()
            .partition(|delivery| delivery.tries > TRIES_IN_PLACE);
        let letters: Vec<_> = again.iter().map(|one| one.letter.clone()).collect();
        self.session.publish(self.topic, &letters).await?;
        let again: Vec<_> = again.iter().map(|one| one.receipt).collect();
        self.ack_all(&again).await?;
        for delivery in in_place {
            self.open.remove(&delivery.receipt);
            self.nack(delivery.receipt).await?;
        }
        Ok(())
    }

    /// Whether a batch has been held on to for too long.
    fn is_held_long(&mut self, first: Receipt) -> bool {
        match self.holding {
            Some((receipt, since)) if receipt == first => since.elapsed() >= HOLD_LIMIT,
            _ => {
                self.holding = Some((first, Instant::now()));
                false
            }
        }
    }

    /// Whatever goes wrong on a channel is the connection's end.
    fn check<T>(&self, outcome: Result<T, QueueError>) -> Result<T, QueueError> {
        if let Err(error @ QueueError::Unavailable(_)) = &outcome {
            self.session.give_up_because(error);
        }
        outcome
    }
}

#[async_trait]
impl Subscription for RabbitSubscription {
    async fn receive(&mut self) -> Result<Vec<Delivery>, QueueError> {
        let session = Arc::clone(&self.session);
        let received = tokio::select! {
            () = session.given_up() => Err(QueueError::broken()),
            received = self.next() => received,
        };
        self.check(received)
    }

    /// With one message at hand at most, the broker has none more on its way to a consumer that
    /// gets one at a time; so none is lost sight of when that consumer ends.
    async fn widen(&mut self, most: u16) -> Result<(), QueueError> {
        self.most = most;
        let Some(consumer) = self.consumer.take() else {
            return Ok(());
        };
        let options = BasicCancelOptions::default();
        let cancelled = self.channel.basic_cancel(consumer.tag(), options).await;
        self.check(cancelled.map_err(QueueError::from))
    }

    async fn settle(&mut self, settled: &[Settled]) -> Result<(), QueueError> {
        let dead: Vec<_> = settled
            .iter()
            .filter_map(|one| match one.verdict {
                Verdict::Done => None,
                Verdict::Dead(reason) => Some((&one.delivery, reason)),
            })
            .collect();
        if !dead.is_empty() {
            self.session.bury(self.topic, &dead).await?;
        }
        let receipts: Vec<_> = settled.iter().map(|one| one.delivery.receipt).collect();
        let acknowledged = self.ack_all(&receipts).await;
        self.check(acknowledged)
    }

    async fn hold(&mut self, held: &[Delivery]) -> Result<bool, QueueError> {
        let Some(first) = held.first() else {
            return Ok(true);
        };
        let came_often = held.iter().any(|one| one.tries > TRIES_IN_PLACE);
        if !came_often && !self.is_held_long(first.receipt) {
            let is_broken = self.session.is_given_up();
            return if is_broken {
                Err(QueueError::broken())
            } else {
                Ok(true)
            };
        }
        let given_back = self.give_back(held).await;
        self.check(given_back)?;
        Ok(false)
    }

    async fn close(mut self: Box<Self>, held: &[Delivery]) {
        // In place of a count for those that came often; the others go back with the channel. What
        // fails here is delivered again all the same.
        if held.iter().any(|one| one.tries > TRIES_IN_PLACE) {
            let _ = self.give_back(held).await;
        }
        let _ = self.channel.close(OK, "OK".into()).await;
    }
}

fn receipts(deliveries: &[Delivery]) -> impl Iterator<Item = Receipt> {
    deliveries.iter().map(|delivery| delivery.receipt)
}
