//! What the next visit is for.

use std::collections::BTreeMap;

use rand::{Rng, RngExt};

use crate::load::Flow;
use crate::scenario::{Arrivals, Spacing};

/// Chooses flows in proportion to their weights.
#[derive(Clone, Debug)]
pub(super) struct Mix {
    shares: Vec<Share>,
    total: u64,
    drawn: bool,
}

#[derive(Clone, Copy, Debug)]
struct Share {
    flow: Flow,
    weight: u64,
    /// How much the rotation owes this flow.
    credit: i128,
}

impl Mix {
    /// Drawn at random for Poisson arrivals; for all others a fixed rotation, whose counts keep to
    /// the weights without noise.
    pub(super) fn new(weights: &BTreeMap<Flow, u32>, arrivals: &Arrivals) -> Self {
        let shares: Vec<_> = planned(weights)
            .map(|(flow, weight)| Share {
                flow,
                weight: u64::from(weight),
                credit: 0,
            })
            .collect();
        let total = shares.iter().map(|share| share.weight).sum();
        let drawn = spacing(arrivals) == Some(Spacing::Poisson);
        Self {
            shares,
            total,
            drawn,
        }
    }

    /// The next visit's flow; nothing where no flow has any weight.
    pub(super) fn next(&mut self, rng: &mut impl Rng) -> Option<Flow> {
        if self.total == 0 {
            None
        } else if self.drawn {
            self.draw(rng.random_range(0..self.total))
        } else {
            self.rotate()
        }
    }

    fn draw(&self, mut point: u64) -> Option<Flow> {
        let hit = self
            .shares
            .iter()
            .find(|share| match point.checked_sub(share.weight) {
                Some(beyond) => {
                    point = beyond;
                    false
                }
                None => true,
            });
        hit.map(|share| share.flow)
    }

    /// Everyone earns its weight, the richest goes first and pays for the round.
    fn rotate(&mut self) -> Option<Flow> {
        for share in &mut self.shares {
            share.credit += i128::from(share.weight);
        }
        // Of equals the first: `max_by_key` would take the last.
        let next = self
            .shares
            .iter_mut()
            .rev()
            .max_by_key(|share| share.credit)?;
        next.credit -= i128::from(self.total);
        Some(next.flow)
    }
}

/// The flows that have any weight.
pub(super) fn planned(weights: &BTreeMap<Flow, u32>) -> impl Iterator<Item = (Flow, u32)> {
    weights
        .iter()
        .map(|(flow, weight)| (*flow, *weight))
        .filter(|(_, weight)| *weight > 0)
}

fn spacing(arrivals: &Arrivals) -> Option<Spacing> {
    match arrivals {
        Arrivals::Constant { spacing, .. }
        | Arrivals::Ramp { spacing, .. }
        | Arrivals::Step { spacing, .. }
        | Arrivals::Spike { spacing, .. }
        | Arrivals::Sine { spacing, .. } => Some(*spacing),
        Arrivals::None {} | Arrivals::Burst { .. } | Arrivals::Replay { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn weights() -> BTreeMap<Flow, u32> {
        BTreeMap::from([
            (Flow::Browse, 5),
            (Flow::PlaceOrder, 3),
            (Flow::Scan, 0),
            (Flow::Garbage, 1),
        ])
    }

    #[test]
    fn the_rotation_is_never_more_than_one_visit_away_from_the_weights() {
        let mut mix = Mix::new(&weights(), &Arrivals::None {});
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut counts = BTreeMap::<Flow, f64>::new();
        for visits in 1..=100_u32 {
            *counts
                .entry(mix.next(&mut rng).expect("weights"))
                .or_default() += 1.0;
            for (flow, weight) in weights() {
                let share = f64::from(visits) * f64::from(weight) / 9.0;
                let count = counts.get(&flow).copied().unwrap_or_default();
                assert!(
                    (count - share).abs() <= 1.0,
                    "{flow:?} after {visits}: {count} not {share}"
                );
            }
        }
    }

    #[test]
    fn draws_follow_the_weights() {
        let rate = "1/s".parse().expect("a rate");
        let poisson = Arrivals::Constant {
            rate,
            spacing: Spacing::Poisson,
        };
        let mut mix = Mix::new(&weights(), &poisson);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<_> = (0..9000)
            .map(|_| mix.next(&mut rng).expect("weights"))
            .collect();
        for (flow, expected) in [
            (Flow::Browse, 5000),
            (Flow::PlaceOrder, 3000),
            (Flow::Scan, 0),
            (Flow::Garbage, 1000),
        ] {
            let count = drawn.iter().filter(|drawn| **drawn == flow).count();
            assert!(count.abs_diff(expected) <= 200, "{flow:?}: {count}");
        }
    }

    #[test]
    fn no_weight_is_no_visit() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let none = BTreeMap::from([(Flow::Browse, 0)]);
        assert_eq!(Mix::new(&none, &Arrivals::None {}).next(&mut rng), None);
    }
}
