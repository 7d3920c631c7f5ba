//! A circuit breaker: a neighbour that fails is left alone for a while, so that orders do not wait
//! for it in vain and it has the room to recover. See `docs/decisions/0010-circuit-breaker.md`.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Calls that are remembered.
pub const WINDOW: u32 = 20;

/// Calls that must be remembered before they can say anything.
pub const MINIMUM: u32 = 10;

/// How long the neighbour is left alone before it is tried again.
pub const REST: Duration = Duration::from_secs(5);

/// Opens when at least half of the last [`WINDOW`] calls have failed. After [`REST`] one call at a
/// time goes through; if it succeeds, all do again.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug)]
enum State {
    Closed(Window),
    Open { until: Instant },
    HalfOpen { probing: bool },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed(Window::default())
    }
}

/// The outcomes of the last calls, the newest in the lowest bit: 1 where it failed.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    failed: u32,
    calls: u32,
}

impl Window {
    const MASK: u32 = (1 << WINDOW) - 1;

    const fn add(&mut self, failed: bool) {
        self.failed = (self.failed << 1 | failed as u32) & Self::MASK;
        if self.calls < WINDOW {
            self.calls += 1;
        }
    }

    const fn is_bad(self) -> bool {
        self.calls >= MINIMUM && self.failed.count_ones() * 2 >= self.calls
    }
}

/// Leave to make one call, and the duty to say how it ended. Dropped without a word, as when the
/// client leaves, it says nothing about the neighbour.
#[derive(Debug)]
pub struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    /// Leave to make a call; none while the neighbour is left alone.
    pub fn pass(&self) -> Option<Pass<'_>> {
        let mut state = self.0.lock();
        let probe = match &mut *state {
            State::Closed(_) => false,
            State::Open { until } if Instant::now() >= *until => {
                *state = State::HalfOpen { probing: true };
                true
            }
            State::HalfOpen { probing } if !*probing => {
                *probing = true;
                true
            }
            State::Open { .. } | State::HalfOpen { .. } => return None,
        };
        Some(Pass {
            breaker: self,
            probe,
        })
    }

    /// Ends a call. One that began before the breaker opened has nothing to say any more.
    fn ended(&self, probe: bool, failed: bool) {
        let mut state = self.0.lock();
        let next = match &mut *state {
            State::Closed(window) if !probe => {
                window.add(failed);
                window.is_bad().then(State::open)
            }
            State::HalfOpen { .. } if probe && failed => Some(State::open()),
            State::HalfOpen { .. } if probe => Some(State::default()),
            State::Closed(_) | State::Open { .. } | State::HalfOpen { .. } => None,
        };
        let Some(next) = next else {
            return;
        };
        let (was_closed, closes) = (!probe, matches!(next, State::Closed(_)));
        *state = next;
        drop(state);
        // A probe that failed changes nothing that is worth a line.
        if was_closed {
            tracing::warn!("stickers fail; going without them for a while");
        } else if closes {
            tracing::info!("stickers are to be had again");
        }
    }

    /// A probe ended without an outcome: the next call is one.
    fn abandoned(&self) {
        if let State::HalfOpen { probing } = &mut *self.0.lock() {
            *probing = false;
        }
    }
}

impl State {
    fn open() -> Self {
        Self::Open {
            until: Instant::now() + REST,
        }
    }
}

impl Pass<'_> {
    /// Whether it is the one call that tries whether the neighbour is well again.
    pub const fn is_probe(&self) -> bool {
        self.probe
    }

    /// The neighbour has answered.
    pub fn succeeded(self) {
        self.end(false);
    }

    /// The neighbour has failed, or taken too long.
    pub fn failed(self) {
        self.end(true);
    }

    fn end(mut self, failed: bool) {
        let probe = std::mem::take(&mut self.probe);
        self.breaker.ended(probe, failed);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.abandoned();
        }
    }
}

#[cfg(test)]
mod tests;
