//! Signs of life of the monitoring: bad for a moment is forgiven, bad for longer is a failure.

use std::time::{Duration, Instant};

/// One sign of life.
#[derive(Debug)]
pub struct Vital {
    what: &'static str,
    patience: Duration,
    bad_since: Option<Instant>,
    failed: bool,
}

impl Vital {
    /// A sign that may be bad for as long as `patience`.
    pub const fn new(what: &'static str, patience: Duration) -> Self {
        Self {
            what,
            patience,
            bad_since: None,
            failed: false,
        }
    }

    /// Takes in one look. Returns the failure, once, when it has been bad for too long.
    pub fn look(&mut self, now: Instant, sign: Result<(), String>) -> Option<String> {
        let Err(reason) = sign else {
            self.bad_since = None;
            return None;
        };
        let since = *self.bad_since.get_or_insert(now);
        if self.failed || now.duration_since(since) < self.patience {
            return None;
        }
        self.failed = true;
        let seconds = now.duration_since(since).as_secs_f64();
        Some(format!("{} failed for {seconds:.1} s: {reason}", self.what))
    }
}

/// Whether something that should move keeps moving.
#[derive(Debug, Default)]
pub struct Movement {
    last: Option<(String, Instant)>,
}

impl Movement {
    /// Takes in its newest value; how long it has not changed.
    pub fn stalled(&mut self, now: Instant, value: &str) -> Duration {
        match &self.last {
            Some((last, since)) if last == value => now.duration_since(*since),
            _ => {
                self.last = Some((value.to_owned(), now));
                Duration::ZERO
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_forgiven_and_a_failure_is_told_once() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let bad = || Err("gone".to_owned());
        let mut vital = Vital::new("the test", Duration::from_secs(3));
        assert_eq!(vital.look(at(0), bad()), None);
        assert_eq!(vital.look(at(2), bad()), None);
        assert_eq!(vital.look(at(3), Ok(())), None, "it came back");
        assert_eq!(vital.look(at(4), bad()), None, "counted anew");
        assert_eq!(
            vital.look(at(7), bad()).as_deref(),
            Some("the test failed for 3.0 s: gone")
        );
        assert_eq!(vital.look(at(8), bad()), None);
    }

    #[test]
    fn what_changes_is_not_stalled() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut movement = Movement::default();
        assert_eq!(movement.stalled(at(0), "a"), Duration::ZERO);
        assert_eq!(movement.stalled(at(4), "a"), Duration::from_secs(4));
        assert_eq!(movement.stalled(at(5), "b"), Duration::ZERO);
    }
}
