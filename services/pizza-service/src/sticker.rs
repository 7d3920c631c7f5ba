//! The sticker that goes into the box: a Pokémon, which pokedex-api is asked for. It is nice to
//! have. No order fails without one, nor waits longer for one than [`LIMIT`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contracts::Sticker;
use contracts::pokemon::LAST_NUMBER;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::metrics::StickerMetrics;

pub mod breaker;
pub mod pokedex;

pub use breaker::Breaker;
pub use pokedex::Pokedex;

use breaker::Pass;

/// How long an order waits for its sticker, all attempts and waiting together.
pub const LIMIT: Duration = Duration::from_millis(250);

/// Calls that are under way at once; further orders wait for one to end, within [`LIMIT`].
pub const MOST_CALLS: usize = 64;

/// A call that failed sooner than this is tried again, once.
const FAST: Duration = Duration::from_millis(100);

/// Between the two.
const PAUSE: Duration = Duration::from_millis(10);

/// Where stickers come from.
#[async_trait]
pub trait Source: std::fmt::Debug + Send + Sync + 'static {
    /// The sticker of a number, from 1 to [`LAST_NUMBER`].
    async fn sticker(&self, number: u16) -> Result<Sticker, Miss>;
}

/// Why there is no sticker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// The source is not well: asking again may help, and asking all the time may hurt.
    Failed,
    /// It did not answer in time.
    Timeout,
    /// It is well, and has none.
    Absent,
}

/// Why an order goes without a sticker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Without {
    Timeout,
    Error,
    CircuitOpen,
}

/// Gives stickers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stickers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Box<dyn Source>,
    breaker: Breaker,
    calls: Semaphore,
    metrics: StickerMetrics,
}

impl Stickers {
    /// Stickers from a source.
    pub fn new(source: impl Source, metrics: StickerMetrics) -> Self {
        Self(Arc::new(Inner {
            source: Box::new(source),
            breaker: Breaker::default(),
            calls: Semaphore::new(MOST_CALLS),
            metrics,
        }))
    }

    /// The sticker for an order, if it can be had within [`LIMIT`].
    pub async fn give(&self, order: Uuid) -> Option<Sticker> {
        let metrics = &self.0.metrics;
        match self.0.ask(number(order)).await {
            Ok(sticker) => {
                metrics.given.inc();
                return Some(sticker);
            }
            Err(Without::Timeout) => metrics.timeout.inc(),
            Err(Without::Error) => metrics.error.inc(),
            Err(Without::CircuitOpen) => metrics.circuit_open.inc(),
        };
        None
    }
}

impl Inner {
    async fn ask(&self, number: u16) -> Result<Sticker, Without> {
        let deadline = Instant::now() + LIMIT;
        let pass = self.breaker.pass().ok_or(Without::CircuitOpen)?;
        let outcome = timeout_at(deadline, self.call(number, &pass))
            .await
            .unwrap_or(Err(Miss::Timeout));
        match outcome {
            Ok(_) | Err(Miss::Absent) => pass.succeeded(),
            Err(Miss::Failed | Miss::Timeout) => pass.failed(),
        }
        outcome.map_err(|miss| match miss {
            Miss::Timeout => Without::Timeout,
            Miss::Failed | Miss::Absent => Without::Error,
        })
    }

    /// One call, or two where the first fails fast. A probe is one call.
    async fn call(&self, number: u16, pass: &Pass<'_>) -> Result<Sticker, Miss> {
        // Never closed.
        let _permit = self.calls.acquire().await;
        let start = Instant::now();
        match self.source.sticker(number).await {
            Err(Miss::Failed) if !pass.is_probe() && start.elapsed() < FAST => {
                tokio::time::sleep(PAUSE).await;
                self.source.sticker(number).await
            }
            outcome => outcome,
        }
    }
}

/// The number of an order's sticker, always the same one. Ids end with random bits, so that all
/// numbers are as frequent.
fn number(order: Uuid) -> u16 {
    // Below LAST_NUMBER: fits.
    let number = order.as_u128() % u128::from(LAST_NUMBER);
    u16::try_from(number).unwrap_or_default() + 1
}

#[cfg(test)]
mod tests;
