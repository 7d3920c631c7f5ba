//! Waiting for a condition, with a deadline, never for luck.

use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(20);

/// Asks again until there is an answer; fails with what was waited for.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begin.elapsed() < DEADLINE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
