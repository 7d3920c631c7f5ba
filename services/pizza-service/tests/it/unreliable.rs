//! A store that can be held up, fail, and refuse, and remembers its batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use contracts::Order;
use parking_lot::Mutex;
use pizza_service::store::sqlite::Sqlite;
use pizza_service::store::{
    Advanced, Batch, Counts, Oldest, Page, Step, Store, StoreError, Taken, Written,
};
use time::OffsetDateTime;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};
use uuid::Uuid;

/// The customer whose orders are refused, and every batch that has one.
pub(crate) const POISON: &str = "Poison";

#[derive(Debug)]
pub(crate) struct Unreliable {
    inner: Sqlite,
    gate: Arc<RwLock<()>>,
    down: AtomicBool,
    refused: AtomicUsize,
    batches: Mutex<Vec<usize>>,
}

impl Unreliable {
    pub(crate) fn around(inner: Sqlite) -> Self {
        Self {
            inner,
            gate: Arc::default(),
            down: AtomicBool::new(false),
            refused: AtomicUsize::new(0),
            batches: Mutex::default(),
        }
    }

    /// Writes wait until the guard is dropped.
    pub(crate) async fn hold(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.gate).write_owned().await
    }

    /// Says whether everything fails from now on.
    pub(crate) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::Release);
    }

    /// The sizes of the batches that came, written or not.
    pub(crate) fn batches(&self) -> Vec<usize> {
        self.batches.lock().clone()
    }

    /// How often something failed because it is down.
    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.down.load(Ordering::Acquire) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(sqlx::Error::PoolTimedOut.into());
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Unreliable {
    async fn write(&self, batch: &Batch) -> Result<Written, StoreError> {
        self.batches.lock().push(batch.len());
        let _open = self.gate.read().await;
        self.check()?;
        let poisoned =
            |placement: &pizza_service::store::Placement| placement.order.customer == POISON;
        if batch.placements.iter().any(poisoned) {
            return Err(sqlx::Error::Encode("poison".into()).into());
        }
        self.inner.write(batch).await
    }

    async fn get(&self, id: Uuid) -> Result<Option<Order>, StoreError> {
        self.check()?;
        self.inner.get(id).await
    }

    async fn list(&self, page: Page) -> Result<Vec<Order>, StoreError> {
        self.check()?;
        self.inner.list(page).await
    }

    async fn prune_keys(&self, before: OffsetDateTime, most: u32) -> Result<u64, StoreError> {
        self.check()?;
        self.inner.prune_keys(before, most).await
    }

    async fn advance(&self, steps: &[Step]) -> Result<Vec<Advanced>, StoreError> {
        self.check()?;
        self.inner.advance(steps).await
    }

    async fn outbox_take(&self, limit: u32) -> Result<Box<dyn Taken>, StoreError> {
        self.check()?;
        self.inner.outbox_take(limit).await
    }

    async fn oldest(&self) -> Result<Oldest, StoreError> {
        self.check()?;
        self.inner.oldest().await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.check()?;
        self.inner.counts().await
    }
}
