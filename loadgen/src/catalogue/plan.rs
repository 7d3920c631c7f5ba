//! Which drills are run, in which order, with which seeds.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::scenario::{FaultKind, Scenario};

/// One drill to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Its name among all of them: the scenario's, with the seed where there are repeats.
    pub name: String,
    /// What is drilled.
    pub scenario: Scenario,
    /// Its seed.
    pub seed: u64,
    /// How far its start is put off against the monitoring's pace: a share of it, from 0 to 1.
    pub put_off: f64,
    /// Whether no other drill may run beside it.
    pub alone: bool,
}

/// Every scenario `repeat` times, each time with the next seed. The longest come first: side by
/// side, nothing then waits for one of them alone. Those that must have the machine to themselves come
/// last.
pub fn plan(scenarios: &[Scenario], repeat: u32, seed: Option<u64>) -> Vec<Planned> {
    let mut planned: Vec<Planned> = (0..repeat)
        .flat_map(|round| {
            scenarios
                .iter()
                .map(move |scenario| one(scenario, round, repeat, seed))
        })
        .collect();
    planned.sort_by_key(|drill| (drill.alone, std::cmp::Reverse(drill.scenario.duration())));
    planned
}

fn one(scenario: &Scenario, round: u32, repeat: u32, seed: Option<u64>) -> Planned {
    let seed = seed.unwrap_or(scenario.seed).wrapping_add(round.into());
    let name = if repeat > 1 {
        format!("{}-{seed}", scenario.name)
    } else {
        scenario.name.clone()
    };
    Planned {
        name,
        scenario: scenario.clone(),
        seed,
        put_off: ChaCha8Rng::seed_from_u64(seed).random(),
        alone: scenario
            .faults
            .iter()
            .filter_map(|fault| FaultKind::named(&fault.kind))
            .any(|kind| kind.takes_processors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    fn scenarios() -> Vec<Scenario> {
        ["cpu-burn", "blip", "order-failures"]
            .map(|name| scenario::load(name).expect("a built-in scenario"))
            .to_vec()
    }

    #[test]
    fn the_longest_come_first_and_repeats_have_seeds_of_their_own() {
        let planned = plan(&scenarios(), 2, Some(7));
        let names: Vec<_> = planned.iter().map(|drill| drill.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "order-failures-7",
                "order-failures-8",
                "blip-7",
                "blip-8",
                "cpu-burn-7",
                "cpu-burn-8"
            ]
        );
        assert_eq!(plan(&scenarios(), 1, None)[1].name, "blip");
    }

    #[test]
    fn the_same_seed_is_put_off_as_far_and_another_one_is_not() {
        let (first, again) = (plan(&scenarios(), 2, None), plan(&scenarios(), 2, None));
        assert_eq!(first, again);
        assert!(
            first
                .iter()
                .all(|drill| (0.0..1.0).contains(&drill.put_off))
        );
        assert!((first[0].put_off - first[1].put_off).abs() > f64::EPSILON);
    }
}
