//! The states of alert instances over time, built from one look after the other.

use std::collections::BTreeMap;

use super::prometheus::{AlertState, Labels, Series, is_watchdog};
use crate::report::record::Stretch;

/// One alert instance over the drill.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its labels, `alertname` among them.
    pub labels: Labels,
    /// Stretches of one state, in order.
    pub stretches: Vec<Stretch>,
    /// Whether the last stretch still went on at the last look.
    pub open: bool,
}

/// Something that changed from one look to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The instance.
    pub labels: Labels,
    /// Its new state; nothing where it is over.
    pub state: Option<AlertState>,
}

/// Every alert instance that was seen, without the Watchdog.
#[derive(Clone, Debug, Default)]
pub struct Lanes {
    instances: Vec<Lane>,
    last_look_s: f64,
    widest_gap_s: f64,
}

impl Lane {
    /// The stretches in which it fired.
    pub fn firing(&self) -> impl DoubleEndedIterator<Item = &Stretch> {
        self.stretches
            .iter()
            .filter(|stretch| stretch.state == AlertState::Firing.word())
    }

    /// When it first fired, seconds since the drill's start.
    pub fn fired_at(&self) -> Option<f64> {
        self.firing().next().map(|stretch| stretch.from_s)
    }

    /// Whether it fired at the last look.
    pub fn still_fires(&self) -> bool {
        self.open
            && self
                .stretches
                .last()
                .is_some_and(|last| last.state == AlertState::Firing.word())
    }

    /// When it last stopped firing; nothing while it fires, and where it never did.
    pub fn resolved_at(&self) -> Option<f64> {
        let last = self.firing().next_back().filter(|_| !self.still_fires());
        last.map(|stretch| stretch.to_s)
    }

    /// The `alertname`.
    pub fn name(&self) -> &str {
        self.labels.get("alertname").map_or("", String::as_str)
    }

    fn state(&self) -> Option<&'static str> {
        self.stretches
            .last()
            .filter(|_| self.open)
            .map(|stretch| stretch.state)
    }
}

impl Lanes {
    /// Takes in what is pending and firing `at_s` seconds after the drill's start, and tells what
    /// is new. Looks must come in order.
    pub fn look(
        &mut self,
        at_s: f64,
        alerts: impl IntoIterator<Item = (Labels, AlertState)>,
    ) -> Vec<Change> {
        self.widest_gap_s = self.widest_gap_s.max(at_s - self.last_look_s);
        self.last_look_s = at_s;
        let mut now: BTreeMap<Labels, AlertState> = BTreeMap::new();
        for (labels, state) in alerts {
            if state != AlertState::Inactive && !is_watchdog(&labels) {
                now.entry(labels)
                    .and_modify(|known| *known = state.max(*known))
                    .or_insert(state);
            }
        }
        let mut changes = Vec::new();
        for lane in &mut self.instances {
            let state = now.remove(&lane.labels);
            if lane.continues(at_s, state) {
                changes.push(Change {
                    labels: lane.labels.clone(),
                    state,
                });
            }
        }
        for (labels, state) in now {
            changes.push(Change {
                labels: labels.clone(),
                state: Some(state),
            });
            self.instances.push(Lane {
                labels,
                stretches: vec![stretch(state, at_s)],
                open: true,
            });
        }
        changes
    }

    /// The lanes that a range query over `ALERTS` tells of, looked at every `step` seconds from
    /// `from` to `to`; `started` is the drill's start. Instants are seconds since 1970.
    pub fn from_series(series: Vec<Series>, started: f64, from: f64, to: f64, step: f64) -> Self {
        let mut looks: BTreeMap<u64, Vec<(Labels, AlertState)>> = BTreeMap::new();
        for one in series {
            let Some((labels, state)) = instance(one.labels) else {
                continue;
            };
            for time in one.times {
                looks
                    .entry(step_index(time - from, step))
                    .or_default()
                    .push((labels.clone(), state));
            }
        }
        let mut lanes = Self::default();
        for index in 0..=step_index(to - from, step) {
            let at_s = from + index as f64 * step - started;
            lanes.look(at_s, looks.remove(&index).unwrap_or_default());
        }
        lanes
    }

    /// The longest time without a look, seconds: what happened may have been seen so much later.
    pub fn widest_gap_s(&self) -> f64 {
        self.widest_gap_s
    }

    /// Whether this record shows as over what was seen to be over.
    pub fn caught_up(&self, live: &Self) -> bool {
        let over = |lane: &Lane| {
            let seen = live
                .instances
                .iter()
                .find(|seen| seen.labels == lane.labels);
            seen.is_some_and(|seen| !seen.open)
        };
        !self.instances.iter().any(|lane| lane.open && over(lane))
    }

    /// The lanes, in the order in which they were first seen.
    pub fn all(&self) -> &[Lane] {
        &self.instances
    }

    /// The lanes, in the order in which they were first seen.
    pub fn into_all(self) -> Vec<Lane> {
        self.instances
    }
}

impl Lane {
    /// Goes on into the state of the next look; whether that is another one.
    fn continues(&mut self, at_s: f64, state: Option<AlertState>) -> bool {
        let before = self.state();
        if before.is_some()
            && let Some(last) = self.stretches.last_mut()
        {
            last.to_s = at_s;
        }
        self.open = state.is_some();
        let changed = before != state.map(AlertState::word);
        if changed && let Some(state) = state {
            self.stretches.push(stretch(state, at_s));
        }
        changed
    }
}

const fn stretch(state: AlertState, at_s: f64) -> Stretch {
    Stretch {
        state: state.word(),
        from_s: at_s,
        to_s: at_s,
    }
}

/// The nearest step; what a query answers is on a step but for rounding.
fn step_index(seconds: f64, step: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what fits"
    )]
    let index = (seconds / step).round().clamp(0.0, 1e9) as u64;
    index
}

/// The alert instance that a series of `ALERTS` stands for.
fn instance(mut labels: Labels) -> Option<(Labels, AlertState)> {
    labels.remove("__name__");
    let state = match labels.remove("alertstate")?.as_str() {
        "pending" => AlertState::Pending,
        "firing" => AlertState::Firing,
        _ => return None,
    };
    Some((labels, state))
}

/// Where the live looks and the record tell different stories about what fired, `tolerance`
/// seconds apart or more. `until_s` is when the watching ended: what began just before may be seen
/// by one and not by the other.
pub fn disagreements(live: &[Lane], record: &[Lane], tolerance: f64, until_s: f64) -> Vec<String> {
    let mut found = Vec::new();
    for (ours, theirs, missing_in) in [
        (live, record, "the record"),
        (record, live, "the live watch"),
    ] {
        for lane in ours {
            let Some(fired) = lasting(lane, tolerance, until_s) else {
                continue;
            };
            let other = theirs
                .iter()
                .find(|other| other.labels == lane.labels)
                .and_then(Lane::fired_at);
            match other {
                None => found.push(format!("{} fired at {fired:.1} s, but {missing_in} does not know of it", lane.name())),
                // Told once, from the live side.
                Some(other) if missing_in == "the record" && (other - fired).abs() > tolerance => found.push(format!(
                    "{} fired at {fired:.1} s by the live watch and at {other:.1} s by the record",
                    lane.name()
                )),
                Some(_) => {}
            }
        }
    }
    found
}

/// When it first fired, if it did so for long enough that nobody could overlook it.
fn lasting(lane: &Lane, tolerance: f64, until_s: f64) -> Option<f64> {
    let long = lane
        .firing()
        .any(|stretch| stretch.to_s - stretch.from_s > tolerance);
    lane.fired_at()
        .filter(|fired| long && until_s - fired > tolerance)
}

#[cfg(test)]
mod tests;
