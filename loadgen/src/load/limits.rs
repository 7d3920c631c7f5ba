//! The caps of a run, checked before it starts.

use std::time::Duration;

use thiserror::Error;

use super::Plan;

/// How far a run may go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The highest rate that a plan may hold, visits a second.
    pub rate: f64,
    /// Visits in flight at once; what arrives beyond that is dropped and counted.
    pub in_flight: usize,
    /// Connections at once to each service: one that hangs takes none from the others. A visit without one waits; its response time counts that, its service
    /// time does not.
    pub connections: usize,
    /// How long the run may last: a longer plan is refused, a tail is cut off. `None` is for ever.
    pub duration: Option<Duration>,
    /// How long a visit may take before it is given up and has failed.
    pub timeout: Duration,
    /// How long a stopped run waits for the visits still in flight.
    pub drain: Duration,
    /// How many of the newest seconds the report lists; 0 lists none.
    pub seconds: usize,
}

/// Why a plan was refused.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum LimitError {
    /// The plan's peak is over [`Limits::rate`].
    #[error("the plan peaks at {peak} visits a second, over the limit of {limit}")]
    Rate {
        /// The plan's highest rate, visits a second.
        peak: f64,
        /// The limit.
        limit: f64,
    },
    /// The plan is longer than [`Limits::duration`].
    #[error("the plan lasts {lasts:?}, over the limit of {limit:?}")]
    Duration {
        /// The plan's length.
        lasts: Duration,
        /// The limit.
        limit: Duration,
    },
    /// A bound of zero, under which nothing could ever be sent.
    #[error("the limit on {0} must be over zero")]
    Zero(&'static str),
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rate: 10_000.0,
            in_flight: 4_096,
            connections: 256,
            duration: Some(Duration::from_hours(4)),
            timeout: Duration::from_secs(10),
            drain: Duration::from_secs(10),
            seconds: 4 * 60 * 60,
        }
    }
}

impl Limits {
    /// The defaults for a run that goes on until it is stopped, in bounded memory.
    pub fn endless() -> Self {
        Self {
            duration: None,
            seconds: 0,
            ..Self::default()
        }
    }

    /// Whether this plan may be run.
    pub fn check(&self, plan: &Plan) -> Result<(), LimitError> {
        let peak = plan.peak_rate();
        if peak > self.rate {
            return Err(LimitError::Rate {
                peak,
                limit: self.rate,
            });
        }
        if let Some(limit) = self.duration.filter(|limit| plan.duration() > *limit) {
            return Err(LimitError::Duration {
                lasts: plan.duration(),
                limit,
            });
        }
        let bounds = [
            ("visits in flight", self.in_flight == 0),
            ("connections", self.connections == 0),
            ("a visit's time", self.timeout.is_zero()),
        ];
        match bounds.into_iter().find(|(_, is_zero)| *is_zero) {
            Some((what, _)) => Err(LimitError::Zero(what)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Phase;

    fn plan(load: &serde_json::Value) -> Plan {
        let phase =
            serde_json::json!({"name": "p", "for": "1m", "load": load, "mix": {"browse": 1}});
        let phase: Phase = serde_json::from_value(phase).expect("a phase");
        Plan::new(&[phase], 1)
    }

    #[test]
    fn a_plan_beyond_the_caps_is_refused_with_both_figures() {
        let plan = plan(&serde_json::json!({"shape": "ramp", "from": "1/s", "to": "100/s"}));
        assert_eq!(Limits::default().check(&plan), Ok(()));
        let slow = Limits {
            rate: 99.0,
            ..Limits::default()
        };
        let error = slow.check(&plan).expect_err("too fast");
        assert_eq!(
            error.to_string(),
            "the plan peaks at 100 visits a second, over the limit of 99"
        );
        let short = Limits {
            duration: Some(Duration::from_secs(59)),
            ..Limits::default()
        };
        let error = short.check(&plan).expect_err("too long");
        assert_eq!(
            error.to_string(),
            "the plan lasts 60s, over the limit of 59s"
        );
        let none = Limits {
            in_flight: 0,
            ..Limits::default()
        };
        assert_eq!(none.check(&plan), Err(LimitError::Zero("visits in flight")));
    }
}
