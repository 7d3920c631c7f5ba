//! What is broken when. The same seed draws the same plan.

use std::time::Duration;

use rand::SeedableRng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::Pause;
use crate::scenario::{FaultWindow, Phase, Scenario, ScenarioError, Span, built_ins, load};

/// What is broken when.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The seed that drew it.
    pub seed: u64,
    /// How long the game day lasts.
    pub lasts: Span,
    /// What breaks, in order; one after the other.
    pub breaks: Vec<Break>,
}

/// What breaks at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Break {
    /// The scenario that it is taken from.
    pub scenario: String,
    /// Its faults, from the game day's start.
    pub faults: Vec<FaultWindow>,
}

impl Break {
    /// When it begins, from the game day's start.
    pub fn from(&self) -> Duration {
        let from = self.faults.iter().map(|fault| fault.from.get());
        from.min().unwrap_or_default()
    }

    /// When it is over.
    pub fn ends(&self) -> Duration {
        let ends = self.faults.iter().map(FaultWindow::ends);
        ends.max().unwrap_or_default()
    }

    /// The same faults, so that the first begins at `at`.
    fn moved(&self, at: Duration) -> Self {
        let first = self.from();
        let faults = self.faults.iter().map(|fault| FaultWindow {
            from: span(at + fault.from.get().saturating_sub(first)),
            ..fault.clone()
        });
        Self {
            scenario: self.scenario.clone(),
            faults: faults.collect(),
        }
    }
}

/// Over the longest span there is nothing to plan.
fn span(duration: Duration) -> Span {
    Span::try_from(duration).unwrap_or(Span::LONGEST)
}

impl Plan {
    /// Draws a plan. Each break has a pause before and after it in which it can be noticed.
    ///
    /// # Errors
    /// When a built-in scenario is wrong.
    pub fn draw(seed: u64, lasts: Span, pause: Pause) -> Result<Self, ScenarioError> {
        let candidates = candidates()?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut breaks = Vec::new();
        let mut at = pause.draw(&mut rng);
        while let Some(drawn) = candidates.choose(&mut rng) {
            let next = drawn.moved(whole(at));
            let ends = next.ends();
            if ends + pause.shortest() > lasts.get() {
                break;
            }
            breaks.push(next);
            at = ends + pause.draw(&mut rng);
        }
        Ok(Self {
            seed,
            lasts,
            breaks,
        })
    }

    /// Every fault, in order.
    pub fn faults(&self) -> impl Iterator<Item = (&Break, &FaultWindow)> {
        let each = self.breaks.iter();
        each.flat_map(|one| one.faults.iter().map(move |fault| (one, fault)))
    }

    /// The plan as a drill from which nothing is expected: it is not the drill that judges.
    ///
    /// # Errors
    /// When a built-in scenario is wrong.
    pub fn scenario(&self, everyday: Phase) -> Result<Scenario, ScenarioError> {
        let mut scenario = load(QUIET)?;
        "gameday".clone_into(&mut scenario.name);
        "Things break at times that nobody knows.".clone_into(&mut scenario.summary);
        "What the monitoring tells whoever is on duty.".clone_into(&mut scenario.teaches);
        scenario.seed = self.seed;
        scenario.phases = vec![everyday];
        scenario.faults = self.faults().map(|(_, fault)| fault.clone()).collect();
        scenario.expect.effect.clear();
        scenario.expect.fires.clear();
        scenario.expect.allows.clear();
        scenario.expect.thresholds.clear();
        Ok(scenario)
    }
}

/// A scenario that breaks nothing.
const QUIET: &str = "baseline";

/// Everything that a built-in scenario breaks and then expects to be noticed.
fn candidates() -> Result<Vec<Break>, ScenarioError> {
    let mut candidates = Vec::new();
    for built_in in built_ins() {
        let scenario = load(built_in.name)?;
        if !scenario.expect.fires.is_empty() && !scenario.faults.is_empty() {
            candidates.push(Break {
                scenario: scenario.name,
                faults: scenario.faults,
            });
        }
    }
    Ok(candidates)
}

/// To the second, for people.
const fn whole(at: Duration) -> Duration {
    Duration::from_secs(at.as_secs())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn draw(seed: u64, lasts: &str) -> Plan {
        let pause = Pause::from_str("2m..6m").expect("a pause");
        let lasts = Span::from_str(lasts).expect("a span");
        Plan::draw(seed, lasts, pause).expect("a plan")
    }

    #[test]
    fn the_same_seed_draws_the_same_plan() {
        assert_eq!(draw(7, "1h"), draw(7, "1h"));
        assert_ne!(draw(7, "1h"), draw(8, "1h"));
    }

    #[test]
    fn what_breaks_has_its_pauses_and_its_end() {
        for seed in 0..50 {
            let plan = draw(seed, "1h");
            assert!((6..=25).contains(&plan.breaks.len()), "{plan:?}");
            let mut over = Duration::ZERO;
            for one in &plan.breaks {
                let pause = one.from().saturating_sub(over);
                let range = Duration::from_secs(119)..=Duration::from_mins(6);
                assert!(range.contains(&pause), "{pause:?} in {plan:?}");
                over = one.ends();
            }
            assert!(over + Duration::from_mins(2) <= Duration::from_hours(1));
        }
    }

    #[test]
    fn in_a_short_time_nothing_breaks() {
        assert_eq!(draw(7, "2m").breaks, []);
    }
}
