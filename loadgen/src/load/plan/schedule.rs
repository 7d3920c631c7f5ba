//! The plan, unrolled one arrival at a time.

use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::mix::Mix;
use super::moments::Moments;
use super::{Plan, Stretch};
use crate::load::Flow;

/// One customer's coming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The arrival's number, from 0. What the visit asks for is made from this and the seed.
    pub index: u64,
    /// When, from the run's start.
    pub at: Duration,
    /// The phase's place in the plan, from 0.
    pub phase: usize,
    /// What for.
    pub flow: Flow,
}

/// The arrivals of a [`Plan`], in order, made one by one: memory does not grow with the plan.
#[derive(Debug)]
pub struct Schedule {
    phases: Arc<[Stretch]>,
    tail: bool,
    gaps: ChaCha8Rng,
    choices: ChaCha8Rng,
    index: u64,
    phase: usize,
    current: Option<(Moments, Mix)>,
}

/// Draws that must not disturb each other come from streams of their own.
#[derive(Clone, Copy)]
pub(in crate::load) enum Stream {
    Gaps = 1,
    Choices = 2,
    Payloads = 3,
}

impl Stream {
    pub(in crate::load) fn of(self, seed: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(self as u64);
        rng
    }
}

impl Schedule {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            phases: Arc::clone(&plan.phases),
            tail: plan.tail,
            gaps: Stream::Gaps.of(plan.seed),
            choices: Stream::Choices.of(plan.seed),
            index: 0,
            phase: 0,
            current: None,
        }
    }
}

impl Iterator for Schedule {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        loop {
            let stretch = self.phases.get(self.phase)?;
            let (moments, mix) = self.current.get_or_insert_with(|| stretch.unrolled());
            let endless = self.tail && self.phase + 1 == self.phases.len();
            let visit = moments
                .next(&mut self.gaps)
                .filter(|offset| endless || *offset < stretch.lasts)
                .and_then(|offset| {
                    Some((
                        stretch.starts.checked_add(offset)?,
                        mix.next(&mut self.choices)?,
                    ))
                });
            if let Some((at, flow)) = visit {
                let arrival = Arrival {
                    index: self.index,
                    at,
                    phase: self.phase,
                    flow,
                };
                self.index += 1;
                return Some(arrival);
            }
            self.phase += 1;
            self.current = None;
        }
    }
}
