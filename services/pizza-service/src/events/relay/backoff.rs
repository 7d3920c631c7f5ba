//! Pauses that grow while nothing works, and one log line an outage.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);

/// Also how long events wait, at most, after the queue is back.
const LONGEST: Duration = Duration::from_secs(1);

/// The pause after the next failure.
#[derive(Debug, Default)]
pub(super) struct Backoff(Option<Duration>);

impl Backoff {
    /// It has failed once more: how long to wait.
    pub(super) fn next(&mut self, why: &str) -> Duration {
        let pause = match self.0 {
            None => {
                tracing::warn!(error = why, "events wait in the outbox");
                FIRST
            }
            Some(last) => (last * 2).min(LONGEST),
        };
        self.0 = Some(pause);
        pause
    }

    /// It works.
    pub(super) fn reset(&mut self) {
        if self.0.take().is_some() {
            tracing::info!("events leave the outbox again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_begin_anew() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..10).map(|_| backoff.next("away")).collect();
        assert!(pauses.is_sorted(), "{pauses:?}");
        assert_eq!((pauses[0], pauses[9]), (FIRST, LONGEST));
        backoff.reset();
        assert_eq!(backoff.next("away"), FIRST);
    }
}
