//! One answer for all who ask within a second.

use std::sync::Arc;
use std::time::Duration;

use chassis::Problem;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer is good.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// The newest answer to one question, and what was asked.
#[derive(Debug)]
pub(super) struct Cached<K, T>(Mutex<Option<Kept<K, T>>>);

#[derive(Debug)]
struct Kept<K, T> {
    key: K,
    at: Instant,
    answer: Result<Arc<T>, Problem>,
}

impl<K, T> Default for Cached<K, T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<K: PartialEq, T> Cached<K, T> {
    /// The answer that is kept, or a new one. Whoever asks meanwhile waits for it: a Prometheus that
    /// is slow is not asked by all at once.
    pub(super) async fn get(
        &self,
        key: K,
        read: impl AsyncFnOnce() -> Result<T, Problem>,
    ) -> Result<Arc<T>, Problem> {
        let mut kept = self.0.lock().await;
        if let Some(kept) = kept.as_ref()
            && kept.key == key
            && kept.at.elapsed() < GOOD_FOR
        {
            return kept.answer.clone();
        }
        let answer = read().await.map(Arc::new);
        *kept = Some(Kept {
            key,
            at: Instant::now(),
            answer: answer.clone(),
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_asks_within_a_second_gets_the_same_answer() {
        let cached = Cached::default();
        let ask = async |key, answer| *cached.get(key, async || Ok(answer)).await.expect("kept");
        assert_eq!(ask(1, "a").await, "a");
        assert_eq!(ask(1, "b").await, "a");
        assert_eq!(ask(2, "c").await, "c", "another question");
        tokio::time::advance(GOOD_FOR).await;
        assert_eq!(ask(2, "d").await, "d");
    }
}
