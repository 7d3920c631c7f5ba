//! What the everyday customers did, as metrics.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::load::report::Counts;
use crate::load::{Flow, LiveFigures};

/// Visits of the everyday customers.
#[derive(Clone, Debug, Default)]
pub struct VisitMetrics {
    visits: Family<VisitLabels, Counter>,
    counted: Arc<Mutex<BTreeMap<Flow, Counts>>>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct VisitLabels {
    flow: &'static str,
    outcome: &'static str,
}

/// The word for an outcome, and where its count is.
type Outcome = (&'static str, fn(&Counts) -> u64);

/// How a visit can end.
const OUTCOMES: [Outcome; 3] = [
    ("completed", |counts| counts.completed),
    ("failed", |counts| counts.failed),
    ("dropped", |counts| counts.dropped),
];

impl VisitMetrics {
    /// Registers `loadgen_visits_total`. Every flow and outcome exists from now on.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        for flow in Flow::ALL {
            for (outcome, _) in OUTCOMES {
                drop(metrics.counter(flow, outcome));
            }
        }
        registry.register(
            "loadgen_visits",
            "Visits of the everyday customers by what they came for and how it ended",
            metrics.visits.clone(),
        );
        metrics
    }

    /// Adds what a run has done since the last time.
    pub fn count(&self, live: &LiveFigures) {
        let mut counted = self.counted.lock();
        for (flow, counts) in &live.flows {
            let before = counted.insert(*flow, *counts).unwrap_or_default();
            for (outcome, of) in OUTCOMES {
                self.counter(*flow, outcome)
                    .inc_by(of(counts).saturating_sub(of(&before)));
            }
        }
    }

    /// What all of them came to so far: completed, failed and dropped.
    pub fn totals(&self) -> Counts {
        let total = |outcome| {
            let each = Flow::ALL.into_iter();
            each.map(|flow| self.counter(flow, outcome).get()).sum()
        };
        Counts {
            completed: total("completed"),
            failed: total("failed"),
            dropped: total("dropped"),
            ..Counts::default()
        }
    }

    /// The next figures are a new run's, which begins at 0.
    pub fn run_ended(&self) {
        self.counted.lock().clear();
    }

    fn counter(&self, flow: Flow, outcome: &'static str) -> Counter {
        let labels = VisitLabels {
            flow: flow.name(),
            outcome,
        };
        self.visits.get_or_create_owned(&labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(completed: u64) -> LiveFigures {
        let counts = Counts {
            completed,
            ..Counts::default()
        };
        LiveFigures {
            flows: BTreeMap::from([(Flow::Browse, counts)]),
            ..LiveFigures::default()
        }
    }

    #[test]
    fn runs_add_up_and_nothing_is_counted_twice() {
        let mut registry = Registry::default();
        let metrics = VisitMetrics::register(&mut registry);
        for completed in [3, 5, 5] {
            metrics.count(&live(completed));
        }
        metrics.run_ended();
        metrics.count(&live(2));
        assert_eq!(metrics.counter(Flow::Browse, "completed").get(), 7);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("text");
        assert!(
            text.contains(r#"loadgen_visits_total{flow="garbage",outcome="failed"} 0"#),
            "{text}"
        );
    }
}
