//! A store that can fail, refuse, or do its work and lose its answer.

use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use contracts::{Position, Vehicle};
use position_tracker::sighting::Sighting;
use position_tracker::store::sqlite::Sqlite;
use position_tracker::store::{Page, Pruning, Store, StoreError};
use time::OffsetDateTime;

/// The vehicle whose positions are refused.
pub(crate) const POISON: &str = "Poison";

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mood {
    /// It works.
    Well,
    /// Nothing works.
    Down,
    /// It stores, and says that it does not work.
    Forgetful,
}

#[derive(Debug)]
pub(crate) struct Unreliable {
    inner: Sqlite,
    mood: AtomicU8,
}

fn unavailable() -> StoreError {
    sqlx::Error::PoolTimedOut.into()
}

impl Unreliable {
    pub(crate) fn around(inner: Sqlite) -> Self {
        Self {
            inner,
            mood: AtomicU8::new(Mood::Well as u8),
        }
    }

    /// Says how it is from now on.
    pub(crate) fn be(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::Release);
    }

    fn is(&self, mood: Mood) -> bool {
        self.mood.load(Ordering::Acquire) == mood as u8
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.is(Mood::Down) {
            return Err(unavailable());
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Unreliable {
    async fn store(&self, sightings: &[Sighting<'_>]) -> Result<Vec<bool>, StoreError> {
        self.check()?;
        if sightings.iter().any(|one| one.vehicle == POISON) {
            return Err(sqlx::Error::Encode("poison".into()).into());
        }
        let stored = self.inner.store(sightings).await?;
        if self.is(Mood::Forgetful) {
            return Err(unavailable());
        }
        Ok(stored)
    }

    async fn newest(&self) -> Result<Vec<Vehicle>, StoreError> {
        self.check()?;
        self.inner.newest().await
    }

    async fn history(&self, page: Page<'_>) -> Result<Vec<Position>, StoreError> {
        self.check()?;
        self.inner.history(page).await
    }

    async fn prune(&self, vehicle: &str, pruning: Pruning) -> Result<u64, StoreError> {
        self.check()?;
        self.inner.prune(vehicle, pruning).await
    }

    async fn forget(&self, before: OffsetDateTime) -> Result<Vec<String>, StoreError> {
        self.check()?;
        self.inner.forget(before).await
    }
}
