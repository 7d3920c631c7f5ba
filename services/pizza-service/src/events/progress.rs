//! Orders on their way, as those who bring them tell: at least once, and in any order.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use chassis::queue::{Busy, Handler, Incoming, Refusal, Settlement};
use contracts::{Event, OrderStatus, OrdersDelivered, OrdersDispatched};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::metrics::ProgressMetrics;
use crate::order::Reached;
use crate::store::writer::BATCH_LIMIT;
use crate::store::{Advanced, Step, Store, StoreError};

/// Steps of one transaction, at most: orders wait for it.
const MOST_STEPS: usize = 1000;

/// The database takes everything but this message.
const REFUSED: Refusal = Refusal("store_refused");

/// An event that says how far orders have come.
pub trait Tells: Event {
    /// How far.
    const REACHED: Reached;

    /// Which orders.
    fn order_ids(&self) -> &[Uuid];

    /// On which van.
    fn vehicle(&self) -> &str;

    /// When.
    fn at(&self) -> OffsetDateTime;
}

impl Tells for OrdersDispatched {
    const REACHED: Reached = Reached::Dispatched;

    fn order_ids(&self) -> &[Uuid] {
        &self.order_ids
    }

    fn vehicle(&self) -> &str {
        &self.vehicle
    }

    fn at(&self) -> OffsetDateTime {
        self.at
    }
}

impl Tells for OrdersDelivered {
    const REACHED: Reached = Reached::Delivered;

    fn order_ids(&self) -> &[Uuid] {
        &self.order_ids
    }

    fn vehicle(&self) -> &str {
        &self.vehicle
    }

    fn at(&self) -> OffsetDateTime {
        self.at
    }
}

/// Lets orders take the steps that one kind of event tells of.
#[derive(Debug)]
pub struct Follow<E> {
    store: Arc<dyn Store>,
    metrics: ProgressMetrics,
    event: PhantomData<fn() -> E>,
}

impl<E> Follow<E> {
    /// Writes the steps here, and counts them there.
    pub fn new(store: Arc<dyn Store>, metrics: ProgressMetrics) -> Self {
        Self {
            store,
            metrics,
            event: PhantomData,
        }
    }

    /// Takes the steps. Those of an earlier transaction stay taken when a later one fails; coming
    /// again, they change nothing.
    async fn take(&self, steps: &[Step]) -> Result<(), StoreError> {
        for steps in steps.chunks(MOST_STEPS) {
            let advanced = tokio::time::timeout(BATCH_LIMIT, self.store.advance(steps))
                .await
                .unwrap_or_else(|_| Err(StoreError::timed_out()))?;
            for (step, advanced) in steps.iter().zip(advanced) {
                count(&self.metrics, step, advanced);
            }
        }
        Ok(())
    }
}

impl<E: Tells> Follow<E> {
    /// Takes the steps that messages tell of, in as few transactions as can be.
    async fn follow(&self, batch: &[Incoming<E>]) -> Result<(), StoreError> {
        let now = OffsetDateTime::now_utc();
        let steps = batch.iter().flat_map(|one| steps(&one.event, now));
        self.take(&steps.collect::<Vec<_>>()).await
    }

    /// A message that the database refuses must not keep the others from being handled.
    async fn each_alone(&self, batch: &[Incoming<E>]) -> Result<Vec<Settlement>, Busy> {
        let mut settlements = Vec::with_capacity(batch.len());
        for one in batch {
            settlements.push(match self.follow(std::slice::from_ref(one)).await {
                Ok(()) => Settlement::Done,
                Err(error @ StoreError::Unavailable(_)) => return Err(busy(&error)),
                Err(error) => {
                    tracing::error!(%error, message_id = %one.id, "orders cannot go on");
                    Settlement::Dead(REFUSED)
                }
            });
        }
        Ok(settlements)
    }
}

#[async_trait]
impl<E: Tells> Handler for Follow<E> {
    type Event = E;

    async fn handle(&self, batch: &[Incoming<E>]) -> Result<Vec<Settlement>, Busy> {
        match self.follow(batch).await {
            Ok(()) => Ok(vec![Settlement::Done; batch.len()]),
            Err(error @ StoreError::Unavailable(_)) => Err(busy(&error)),
            Err(StoreError::Refused(_) | StoreError::Unreadable(_)) => self.each_alone(batch).await,
        }
    }
}

fn count(metrics: &ProgressMetrics, step: &Step, advanced: Advanced) {
    let in_vain = match advanced {
        Advanced::Now { from, placed_at } => return count_step(metrics, step, from, placed_at),
        Advanced::Unknown => &metrics.ignored.unknown_order,
        Advanced::Unchanged(OrderStatus::Cancelled) => &metrics.ignored.cancelled,
        Advanced::Unchanged(_) => &metrics.ignored.repeated,
    };
    in_vain.inc();
}

fn count_step(
    metrics: &ProgressMetrics,
    step: &Step,
    from: OrderStatus,
    placed_at: OffsetDateTime,
) {
    if from == OrderStatus::Placed {
        metrics.dispatched.inc();
    }
    if step.reached == Reached::Delivered {
        metrics.delivered.inc();
        let took = (step.at - placed_at).as_seconds_f64();
        metrics.delivery.observe(took.max(0.0));
    }
}

/// What an event says. Nothing has happened in the future, whatever another's clock shows.
fn steps<E: Tells>(event: &E, now: OffsetDateTime) -> impl Iterator<Item = Step> {
    let at = event.at().min(now);
    let vehicle: Arc<str> = event.vehicle().into();
    event.order_ids().iter().map(move |order_id| Step {
        order_id: *order_id,
        reached: E::REACHED,
        vehicle: Arc::clone(&vehicle),
        at,
    })
}

fn busy(error: &StoreError) -> Busy {
    Busy(error.to_string())
}
