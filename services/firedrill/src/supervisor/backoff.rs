//! How long to wait before a dead child is started again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

/// A child that ran this long is taken for healthy again.
const HEALTHY: Duration = Duration::from_mins(1);

/// Doubles with every early death.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST }
    }
}

impl Backoff {
    /// The delay after a run of this length.
    pub(super) fn next(&mut self, ran: Duration) -> Duration {
        if ran >= HEALTHY {
            self.next = FIRST;
        }
        let delay = self.next;
        self.next = (self.next * 2).min(LONGEST);
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_while_runs_are_short_and_starts_over_after_a_long_one() {
        let mut backoff = Backoff::default();
        let short = Duration::from_millis(5);
        let delays: Vec<u128> = (0..9).map(|_| backoff.next(short).as_millis()).collect();
        assert_eq!(delays[..4], [250, 500, 1000, 2000]);
        assert_eq!(delays[8], 30_000);
        assert_eq!(backoff.next(HEALTHY), FIRST);
    }
}
