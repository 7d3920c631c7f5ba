//! Waiting for a condition, with a deadline and a word about what was waited for.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::Instant;

const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer, at most `limit`.
///
/// # Errors
/// When the deadline passes; `what` says what never came.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = ask().await {
            return Ok(answer);
        }
        if Instant::now() >= deadline {
            bail!("{what}: not within {} s", limit.as_secs_f64());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
