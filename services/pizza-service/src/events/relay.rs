//! From the outbox to the queue. An order is answered when it and its event are stored; telling
//! others comes after. While the queue is away, events wait in the database.

use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;
use chassis::queue::{Outgoing, Queues};
use chassis::telemetry::traces::untraced;
use contracts::OrderPlaced;
use opentelemetry::trace::FutureExt as _;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Pending;
use crate::store::{Store, Taken};

mod backoff;

use backoff::Backoff;

/// Events of one round.
const MOST_EVENTS: u32 = 500;

/// Rounds begin no closer to each other, as long as one takes all there is: under load, one round
/// serves many commits, and both databases write once for all of them.
const GAP: Duration = Duration::from_millis(20);

/// How often the outbox is looked into although nothing says that there is something: another copy
/// of this service may have died with events in its hands.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long one round may take. Longer than an attempt to publish, shorter than what a copy of this
/// service has taken stays locked.
const ROUND_LIMIT: Duration = Duration::from_secs(12);

/// How long the rounds after the last order may take together.
const LAST_LIMIT: Duration = Duration::from_secs(4);

/// What became of a round.
enum Round {
    /// Nothing waits any more.
    Emptied,
    /// There may be more.
    Full,
    /// The database or the queue is away.
    Failed(String),
}

/// The task that carries events. To be [finished](Relay::finish) after the writer.
#[derive(Debug)]
pub struct Relay {
    closing: Stop,
    ended: Stop,
}

impl Relay {
    /// Starts it; `placed` wakes it. `stop` waits for its end.
    pub fn start(store: Arc<dyn Store>, queues: Queues, placed: Arc<Notify>, stop: &Stop) -> Self {
        let relay = Self {
            closing: Stop::new(),
            ended: Stop::new(),
        };
        let task = Task {
            store,
            queues,
            placed,
            closing: relay.closing.clone(),
        };
        let ended = relay.ended.token().drop_guard();
        stop.spawn(async move {
            let _ended = ended;
            task.run().await;
        });
        relay
    }

    /// Carries what waits now, if that is soon done, and ends. What is left waits for the next
    /// start.
    pub async fn finish(self) {
        self.closing.request();
        self.ended.requested().await;
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.closing.request();
    }
}

struct Task {
    store: Arc<dyn Store>,
    queues: Queues,
    placed: Arc<Notify>,
    closing: Stop,
}

impl Task {
    async fn run(self) {
        let mut backoff = Backoff::default();
        while !self.closing.is_requested() {
            let start = Instant::now();
            match self.round().await {
                Round::Full => backoff.reset(),
                Round::Emptied => {
                    backoff.reset();
                    self.wait_for_more(start + GAP).await;
                }
                Round::Failed(why) => self.pause(backoff.next(&why)).await,
            }
        }
        self.last_rounds().await;
    }

    /// Until there is something, but not before `earliest`.
    async fn wait_for_more(&self, earliest: Instant) {
        tokio::select! {
            () = self.closing.requested() => return,
            () = self.placed.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        tokio::select! {
            () = self.closing.requested() => {}
            () = tokio::time::sleep_until(earliest) => {}
        }
    }

    async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.closing.requested() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    async fn last_rounds(&self) {
        let all = async { while matches!(self.round().await, Round::Full) {} };
        if tokio::time::timeout(LAST_LIMIT, all).await.is_err() {
            tracing::warn!("events are left in the outbox for the next start");
        }
    }

    async fn round(&self) -> Round {
        let round = tokio::time::timeout(ROUND_LIMIT, self.try_round());
        match round.await {
            Ok(Ok(events)) if events < MOST_EVENTS as usize => Round::Emptied,
            Ok(Ok(_)) => Round::Full,
            Ok(Err(why)) => Round::Failed(why),
            Err(_) => Round::Failed("it takes too long".to_owned()),
        }
    }

    /// Takes, publishes, forgets. Returns how many events there were. What is published but not
    /// forgotten is published again: consumers are ready for that.
    async fn try_round(&self) -> Result<usize, String> {
        let taken = self
            .store
            .outbox_take(MOST_EVENTS)
            .with_context(untraced())
            .await;
        let taken = taken.map_err(|error| error.to_string())?;
        let events = outgoing(taken.as_ref());
        if !events.is_empty()
            && let Err(error) = self.queues.publish(&events).await
        {
            // Given back or not, they are still in the outbox.
            let _ = taken.give_back().with_context(untraced()).await;
            return Err(error.to_string());
        }
        let count = taken.pending().len();
        let done = taken.done().with_context(untraced()).await;
        done.map_err(|error| error.to_string())?;
        Ok(count)
    }
}

/// What is to be told of the orders that are still wanted.
fn outgoing(taken: &dyn Taken) -> Vec<Outgoing<OrderPlaced>> {
    let wanted = taken.pending().iter().filter(|pending| !pending.withdrawn);
    wanted.map(message).collect()
}

fn message(pending: &Pending) -> Outgoing<OrderPlaced> {
    Outgoing {
        event: pending.event.clone(),
        traceparent: pending.traceparent.clone(),
    }
}
