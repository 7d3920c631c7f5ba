//! One lot and its handler, until it is over for one of them.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures::FutureExt as _;

use super::Consumer;
use super::lot::Lot;
use crate::queue::backoff::Backoff;
use crate::queue::broker::{Delivery, Reason, Settled, Subscription, Verdict};
use crate::queue::error::QueueError;
use crate::queue::handler::{Handler, Settlement};
use crate::queue::spans;

/// What became of a lot.
pub(super) enum Outcome<E> {
    /// Each message has its verdict.
    Settled(Vec<Settled>),
    /// One of them makes the handler panic: each is to be handled alone.
    Split(Vec<Lot<E>>),
    /// It is back in the queue.
    GivenBack,
    /// The queue must be left; nothing of it is settled.
    Left(Vec<Delivery>),
}

/// What the handler said.
enum Answer {
    Verdicts(Vec<Verdict>),
    Busy(String),
    Panicked,
}

impl<H: Handler> Consumer<H> {
    /// Hands a lot over until it is settled, for as long as it takes.
    pub(super) async fn handle(
        &self,
        subscription: &mut dyn Subscription,
        mut lot: Lot<H::Event>,
    ) -> Result<Outcome<H::Event>, QueueError> {
        let mut backoff = Backoff::default();
        loop {
            if self.must_leave().await {
                return Ok(Outcome::Left(lot.into_deliveries()));
            }
            let given_back = match self.ask(&lot).await {
                Answer::Verdicts(verdicts) => return Ok(Outcome::Settled(lot.settled(verdicts))),
                Answer::Panicked => {
                    if let Some(outcome) = self.count_try(&mut lot) {
                        return Ok(Outcome::Settled(lot.settled(outcome)));
                    }
                    if lot.messages.len() > 1 {
                        return Ok(Outcome::Split(lot.split()));
                    }
                    false
                }
                Answer::Busy(why) => {
                    self.tell_busy(Some(&why));
                    !subscription.hold(lot.deliveries()).await?
                }
            };
            let must_leave = tokio::select! {
                () = self.leaves() => true,
                () = backoff.wait() => false,
            };
            if given_back {
                return Ok(Outcome::GivenBack);
            }
            if must_leave {
                return Ok(Outcome::Left(lot.into_deliveries()));
            }
        }
    }

    /// Whether the queue must be left, be it while a fault held the consumer up.
    async fn must_leave(&self) -> bool {
        tokio::select! {
            biased;
            () = self.leaves() => true,
            () = self.queues.faults.stalls_consumer() => false,
        }
    }

    async fn ask(&self, lot: &Lot<H::Event>) -> Answer {
        let begin = Instant::now();
        let handling = async { self.handler.handle(&lot.messages).await };
        let handling = spans::within(&lot.spans, handling);
        let answer = AssertUnwindSafe(handling).catch_unwind().await;
        self.metrics.handled(begin);
        match answer {
            Ok(Ok(settlements)) if settlements.len() == lot.messages.len() => {
                self.tell_busy(None);
                Answer::Verdicts(settlements.into_iter().map(Verdict::from).collect())
            }
            Ok(Ok(settlements)) => {
                // A bug, and nobody knows what was handled: as after a panic.
                let (messages, settlements) = (lot.messages.len(), settlements.len());
                let topic = self.topic.as_str();
                tracing::error!(topic, messages, settlements, "not one settlement a message");
                Answer::Panicked
            }
            Ok(Err(busy)) => Answer::Busy(busy.0),
            Err(_) => Answer::Panicked,
        }
    }

    /// Counts a try of each message. Returns the verdict where a message that is alone has had all
    /// of its own.
    fn count_try(&self, lot: &mut Lot<H::Event>) -> Option<Vec<Verdict>> {
        for message in &mut lot.messages {
            message.tries += 1;
        }
        match &lot.messages[..] {
            [alone] if alone.tries > self.queues.max_tries => {
                Some(vec![Verdict::Dead(Reason::TooManyTries)])
            }
            _ => None,
        }
    }
}

impl From<Settlement> for Verdict {
    fn from(settlement: Settlement) -> Self {
        match settlement {
            Settlement::Done => Self::Done,
            Settlement::Dead(refusal) => Self::Dead(Reason::Refused(refusal)),
        }
    }
}
