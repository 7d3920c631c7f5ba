//! The outbox, as its relay sees it.

use std::fmt;

use async_trait::async_trait;

use super::StoreError;
use crate::events::Pending;

/// Events that were taken from the outbox to be told. Dropped before they are [done](Taken::done),
/// they wait there again, sooner or later.
#[async_trait]
pub trait Taken: fmt::Debug + Send {
    /// The events, the oldest first.
    fn pending(&self) -> &[Pending];

    /// Forgets all of them: the queue has confirmed them, or nobody needs to hear them any more.
    async fn done(self: Box<Self>) -> Result<(), StoreError>;

    /// Leaves all of them to whoever asks next.
    async fn give_back(self: Box<Self>) -> Result<(), StoreError>;
}
