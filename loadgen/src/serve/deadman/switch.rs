//! The switch itself: no clock of its own, no network.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

/// What the Watchdog says of the monitoring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It has never arrived: a company without monitoring, or one that has just opened.
    Waiting,
    /// It keeps arriving.
    Alive,
    /// It has arrived, and does so no longer.
    Silent,
}

/// When the Watchdog was heard, and how long that may be ago.
#[derive(Debug)]
pub(super) struct Switch {
    limit: Duration,
    heard: Option<Instant>,
    state: State,
}

impl Switch {
    pub(super) const fn new(limit: Duration) -> Self {
        Self {
            limit,
            heard: None,
            state: State::Waiting,
        }
    }

    /// It is heard. Returns the state before.
    pub(super) fn hear(&mut self, now: Instant) -> State {
        self.heard = Some(now);
        std::mem::replace(&mut self.state, State::Alive)
    }

    /// Whether it is to go silent.
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        self.state == State::Alive && self.age(now).is_some_and(|age| age > self.limit)
    }

    /// Goes silent if it is to; whether it did.
    pub(super) fn go_silent(&mut self, now: Instant) -> bool {
        let overdue = self.is_overdue(now);
        if overdue {
            self.state = State::Silent;
        }
        overdue
    }

    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        self.heard.map(|heard| now.saturating_duration_since(heard))
    }

    pub(super) const fn state(&self) -> State {
        self.state
    }

    pub(super) const fn limit(&self) -> Duration {
        self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_heard_is_waited_for_and_not_missed() {
        let start = Instant::now();
        let mut switch = Switch::new(Duration::from_secs(20));
        assert!(!switch.go_silent(start + Duration::from_hours(1)));
        assert_eq!(switch.state(), State::Waiting);
        assert_eq!(switch.age(start), None);
    }

    #[test]
    fn silence_is_told_once_and_ends_with_the_next_word() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut switch = Switch::new(Duration::from_secs(20));
        assert_eq!(switch.hear(at(0)), State::Waiting);
        assert_eq!(switch.hear(at(5)), State::Alive);
        assert!(!switch.go_silent(at(25)), "20 s are not over 20 s");
        assert!(switch.is_overdue(at(26)));
        assert!(switch.go_silent(at(26)));
        assert!(!switch.go_silent(at(27)), "it was told");
        assert_eq!(switch.state(), State::Silent);
        assert_eq!(switch.hear(at(30)), State::Silent);
        assert!(!switch.go_silent(at(50)));
        assert!(switch.go_silent(at(51)));
    }
}
