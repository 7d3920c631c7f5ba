//! Orders on their way: what was told, what that changes, and what came of it. Both stores lock the
//! orders, ask here, and write the changes, all in one transaction.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contracts::OrderStatus;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::order::{Reached, progress};

/// A step that an order is said to have taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which order.
    pub order_id: Uuid,
    /// The step.
    pub reached: Reached,
    /// The name of the van.
    pub vehicle: Arc<str>,
    /// When it was taken.
    pub at: OffsetDateTime,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// There is no such order.
    Unknown,
    /// The order had come so far already, or was cancelled: its status is as it was.
    Unchanged(OrderStatus),
    /// The order has taken the step now. This is said once an order and step.
    Now {
        /// The status that it had before.
        from: OrderStatus,
        /// When it was placed.
        placed_at: OffsetDateTime,
    },
}

/// An order as it is before the steps, locked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) id: Uuid,
    pub(super) status: OrderStatus,
    pub(super) placed_at: OffsetDateTime,
}

/// What is to be written of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) status: OrderStatus,
    pub(super) vehicle: Arc<str>,
    pub(super) at: OffsetDateTime,
}

/// What steps come to.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Of each step, in their order.
    pub(super) advanced: Vec<Advanced>,
    /// By order, in the order of their ids.
    pub(super) changes: BTreeMap<Uuid, Change>,
}

/// The orders that steps are about, each once, in the order in which all who lock orders do so.
pub(super) fn asked(steps: &[Step]) -> Vec<Uuid> {
    let mut ids: Vec<_> = steps.iter().map(|step| step.order_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Takes the steps, one after the other.
pub(super) fn advance(steps: &[Step], known: Vec<Known>) -> Outcome {
    let mut orders: HashMap<Uuid, Known> =
        known.into_iter().map(|order| (order.id, order)).collect();
    let mut changes = BTreeMap::new();
    let mut take = |step: &Step| {
        let Some(order) = orders.get_mut(&step.order_id) else {
            return Advanced::Unknown;
        };
        let from = order.status;
        let Some(status) = progress::after(from, step.reached) else {
            return Advanced::Unchanged(from);
        };
        order.status = status;
        // Clocks differ: nothing happens to an order before it is placed.
        let at = step.at.max(order.placed_at);
        let vehicle = Arc::clone(&step.vehicle);
        changes.insert(
            step.order_id,
            Change {
                status,
                vehicle,
                at,
            },
        );
        Advanced::Now {
            from,
            placed_at: order.placed_at,
        }
    };
    let advanced = steps.iter().map(&mut take).collect();
    Outcome { advanced, changes }
}
