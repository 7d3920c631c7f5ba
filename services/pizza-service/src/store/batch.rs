//! What is written at once, and what came of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use contracts::Order;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::order::IdempotencyKey;

/// Writes for one transaction.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// New orders.
    pub placements: Vec<Placement>,
    /// Orders to cancel, after the new ones are in.
    pub cancellations: Vec<Cancellation>,
}

impl Batch {
    /// How many writes there are.
    pub fn len(&self) -> usize {
        self.placements.len() + self.cancellations.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A new order, and its event with it.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The order.
    pub order: Arc<Order>,
    /// The client's word for this attempt.
    pub key: Option<IdempotencyKey>,
    /// The W3C `traceparent` of the request, where that is sampled.
    pub traceparent: Option<String>,
}

/// An order to cancel.
#[derive(Clone, Copy, Debug)]
pub struct Cancellation {
    /// Which one.
    pub id: Uuid,
    /// When it was asked for.
    pub at: OffsetDateTime,
}

/// What came of a batch, in its order.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// What came of each new order.
    pub placements: Vec<Inserted>,
    /// What came of each cancellation.
    pub cancellations: Vec<Cancelled>,
}

/// What came of a new order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is stored.
    New,
    /// It is not: its key belongs to this order, perhaps of the same batch.
    KeyTaken(Box<Order>),
}

/// What came of a cancellation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// There is no such order.
    NotFound,
    /// It was placed and is cancelled now.
    Now(Box<Order>),
    /// It was not in a state to be cancelled, and is as it was.
    Unchanged(Box<Order>),
}

impl Cancelled {
    /// What came of each cancellation, from the orders that were changed and all that were asked
    /// for, as they are now. Of two that ask for the same order, the first has changed it.
    pub(super) fn each(
        cancellations: &[Cancellation],
        changed: Vec<Uuid>,
        orders: Vec<Order>,
    ) -> Vec<Self> {
        let mut changed: HashSet<Uuid> = changed.into_iter().collect();
        let orders: HashMap<Uuid, Order> =
            orders.into_iter().map(|order| (order.id, order)).collect();
        cancellations
            .iter()
            .map(|one| match orders.get(&one.id).cloned().map(Box::new) {
                None => Self::NotFound,
                Some(order) if changed.remove(&one.id) => Self::Now(order),
                Some(order) => Self::Unchanged(order),
            })
            .collect()
    }
}
