//! When visits of one phase arrive, counted from its start.

use std::time::Duration;

use rand::{Rng, RngExt};

use super::curve::Curve;
use crate::scenario::{Arrivals, Spacing};

/// The rising moments of a phase, without end where the load has none.
#[derive(Clone, Debug)]
pub(super) enum Moments {
    Never,
    Spaced {
        curve: Curve,
        spacing: Spacing,
        mark: f64,
    },
    Groups {
        size: u32,
        every: Duration,
        group: u32,
        within: u32,
    },
    Recorded {
        offsets: Vec<Duration>,
        lasts: Duration,
        round: u32,
        next: usize,
    },
}

impl Moments {
    pub(super) fn of(arrivals: &Arrivals, lasts: Duration) -> Self {
        if let Some((curve, spacing)) = Curve::of(arrivals, lasts.as_secs_f64()) {
            return Self::Spaced {
                curve,
                spacing,
                mark: 0.0,
            };
        }
        match arrivals {
            Arrivals::Burst { size, every } if *size > 0 => Self::Groups {
                size: *size,
                every: every.get(),
                group: 0,
                within: 0,
            },
            Arrivals::Replay { offsets } => {
                let mut offsets: Vec<_> = offsets.iter().map(|offset| offset.get()).collect();
                offsets.retain(|offset| *offset < lasts);
                offsets.sort_unstable();
                Self::Recorded {
                    offsets,
                    lasts,
                    round: 0,
                    next: 0,
                }
            }
            _ => Self::Never,
        }
    }

    /// The next moment; nothing if there is none, ever.
    pub(super) fn next(&mut self, rng: &mut impl Rng) -> Option<Duration> {
        match self {
            Self::Never => None,
            Self::Spaced {
                curve,
                spacing,
                mark,
            } => {
                let at = match spacing {
                    // Half a visit early, so that the count over any time is the integral, rounded.
                    Spacing::Even => {
                        *mark += 1.0;
                        curve.reaches(*mark - 0.5)
                    }
                    Spacing::Poisson => {
                        *mark += exponential(rng);
                        curve.reaches(*mark)
                    }
                };
                at.and_then(to_the_microsecond)
            }
            Self::Groups {
                size,
                every,
                group,
                within,
            } => {
                if within == size {
                    // Groups without a distance would be one group without an end.
                    if every.is_zero() {
                        return None;
                    }
                    (*group, *within) = (group.checked_add(1)?, 0);
                }
                *within += 1;
                every.checked_mul(*group)
            }
            Self::Recorded {
                offsets,
                lasts,
                round,
                next,
            } => {
                if *next == offsets.len() {
                    (*round, *next) = (round.checked_add(1)?, 0);
                }
                let offset = offsets.get(*next)?;
                *next += 1;
                lasts.checked_mul(*round)?.checked_add(*offset)
            }
        }
    }
}

/// A draw from the exponential distribution with mean 1.
fn exponential(rng: &mut impl Rng) -> f64 {
    let draw: f64 = rng.random();
    -(1.0 - draw).ln()
}

/// Rounded, so that the last bits, which mathematics libraries do not agree on, vanish.
fn to_the_microsecond(seconds: f64) -> Option<Duration> {
    let exact = Duration::try_from_secs_f64(seconds).ok()?;
    let rounded = exact.checked_add(Duration::from_nanos(500))?;
    let beyond = Duration::from_nanos(u64::from(rounded.subsec_nanos() % 1000));
    rounded.checked_sub(beyond)
}
