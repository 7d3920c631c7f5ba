//! `messaging_*`, after the OpenTelemetry semantic conventions.

use std::sync::Arc;
use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::broker::{Reason, State};
use super::error::QueueError;
use super::topic::{Topic, Topics};
use crate::telemetry::DURATION_BUCKETS;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TopicLabels {
    messaging_destination_name: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OperationLabels {
    messaging_operation_name: &'static str,
    messaging_destination_name: &'static str,
    error_type: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct DeadLabels {
    messaging_destination_name: &'static str,
    reason: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;
type Gauges = Family<TopicLabels, Gauge>;
type Counters = Family<TopicLabels, Counter>;

/// How an operation ended: the values of `error_type`.
const ENDS: [&str; 4] = ["", "full", "unavailable", "invalid"];

const fn end<T>(outcome: &Result<T, QueueError>) -> usize {
    match outcome {
        Ok(_) => 0,
        Err(QueueError::Full) => 1,
        Err(QueueError::Unavailable(_)) => 2,
        Err(QueueError::TooLarge(_) | QueueError::Unwritable(_)) => 3,
    }
}

/// What the queue counts. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct QueueMetrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    up: Gauge,
    publishing: Vec<(Topic, Publishing)>,
    consuming: Vec<(Topic, Consuming)>,
    states: Vec<(Topic, [Gauge; 3])>,
}

/// What is counted of a topic that is published to.
#[derive(Clone, Debug)]
pub(super) struct Publishing {
    publish: Operation,
    sent: Counter,
}

/// What is counted of a topic that is consumed.
#[derive(Clone, Debug)]
pub(super) struct Consuming {
    settle: Operation,
    /// Messages that came, each as often as it came.
    pub(super) consumed: Counter,
    process: Histogram,
    dead: [Counter; Reason::NAMES.len()],
}

/// The durations of one operation, by how it ended.
#[derive(Clone, Debug)]
struct Operation([Histogram; ENDS.len()]);

/// An operation that is running. Dropped before its end, it has failed.
#[derive(Debug)]
pub(super) struct Running<'a> {
    operation: &'a Operation,
    begin: Instant,
    end: usize,
}

impl QueueMetrics {
    pub(super) fn register(registry: &mut Registry, topics: Topics<'_>) -> Self {
        let families = Families::default();
        let own = |topics: &[Topic]| topics.to_vec();
        let inner = Inner {
            up: Gauge::default(),
            publishing: own(topics.publishes)
                .into_iter()
                .map(|topic| (topic, families.publishing(topic)))
                .collect(),
            consuming: own(topics.consumes)
                .into_iter()
                .map(|topic| (topic, families.consuming(topic)))
                .collect(),
            states: topics
                .all()
                .into_iter()
                .map(|topic| (topic, families.state(topic)))
                .collect(),
        };
        registry.register(
            "messaging_queue_up",
            "Whether the queue answers this service",
            inner.up.clone(),
        );
        families.register(registry);
        Self(Arc::new(inner))
    }

    /// What is counted of a topic that this service publishes to.
    pub(super) fn publishing(&self, topic: Topic) -> Option<&Publishing> {
        find(&self.0.publishing, topic)
    }

    /// What is counted of a topic that this service consumes.
    pub(super) fn consuming(&self, topic: Topic) -> Option<&Consuming> {
        find(&self.0.consuming, topic)
    }

    /// Whether the queue answers.
    pub(super) fn up(&self, yes: bool) {
        self.0.up.set(yes.into());
    }

    /// What can be seen of a topic.
    pub(super) fn see(&self, topic: Topic, state: State) {
        if let Some([waiting, consumers, dead_letters]) = find(&self.0.states, topic) {
            waiting.set(state.waiting.cast_signed());
            consumers.set(state.consumers.cast_signed());
            dead_letters.set(state.dead_letters.cast_signed());
        }
    }
}

/// Topics are told to `queue::open`; another one is a bug that the service's own tests see.
fn find<T>(known: &[(Topic, T)], topic: Topic) -> Option<&T> {
    let found = known.iter().find(|one| one.0 == topic);
    debug_assert!(found.is_some(), "{topic} was not told to queue::open");
    found.map(|one| &one.1)
}

impl Publishing {
    pub(super) fn begin(&self) -> Running<'_> {
        Running::begin(&self.publish)
    }

    pub(super) fn sent(&self, messages: usize) {
        self.sent.inc_by(messages as u64);
    }
}

impl Consuming {
    pub(super) fn begin_settle(&self) -> Running<'_> {
        Running::begin(&self.settle)
    }

    /// A batch was handled.
    pub(super) fn handled(&self, begin: Instant) {
        self.process.observe(begin.elapsed().as_secs_f64());
    }

    /// A message was sent to the dead letters.
    pub(super) fn dead(&self, reason: Reason) {
        let index = Reason::NAMES.iter().position(|name| *name == reason.name());
        if let Some(counter) = index.and_then(|index| self.dead.get(index)) {
            counter.inc();
        }
    }
}

impl<'a> Running<'a> {
    fn begin(operation: &'a Operation) -> Self {
        Self {
            operation,
            begin: Instant::now(),
            end: end::<()>(&Err(QueueError::Unavailable(String::new()))),
        }
    }

    pub(super) fn end<T>(mut self, outcome: &Result<T, QueueError>) {
        self.end = end(outcome);
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let seconds = self.begin.elapsed().as_secs_f64();
        if let Some(histogram) = self.operation.0.get(self.end) {
            histogram.observe(seconds);
        }
    }
}

/// The families while they are filled.
struct Families {
    operations: Histograms<OperationLabels>,
    sent: Counters,
    consumed: Counters,
    process: Histograms<TopicLabels>,
    dead: Family<DeadLabels, Counter>,
    depth: Gauges,
    consumers: Gauges,
    dead_letters: Gauges,
}

impl Default for Families {
    fn default() -> Self {
        Self {
            operations: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            sent: Counters::default(),
            consumed: Counters::default(),
            process: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            dead: Family::default(),
            depth: Gauges::default(),
            consumers: Gauges::default(),
            dead_letters: Gauges::default(),
        }
    }
}

impl Families {
    fn publishing(&self, topic: Topic) -> Publishing {
        Publishing {
            publish: self.operation("publish", topic),
            sent: self.sent.get_or_create_owned(&labels(topic)),
        }
    }

    fn consuming(&self, topic: Topic) -> Consuming {
        Consuming {
            settle: self.operation("settle", topic),
            consumed: self.consumed.get_or_create_owned(&labels(topic)),
            process: self.process.get_or_create_owned(&labels(topic)),
            dead: Reason::NAMES.map(|reason| {
                self.dead.get_or_create_owned(&DeadLabels {
                    messaging_destination_name: topic.as_str(),
                    reason,
                })
            }),
        }
    }

    fn operation(&self, name: &'static str, topic: Topic) -> Operation {
        Operation(ENDS.map(|error_type| {
            self.operations.get_or_create_owned(&OperationLabels {
                messaging_operation_name: name,
                messaging_destination_name: topic.as_str(),
                error_type,
            })
        }))
    }

    fn state(&self, topic: Topic) -> [Gauge; 3] {
        [&self.depth, &self.consumers, &self.dead_letters]
            .map(|gauges| gauges.get_or_create_owned(&labels(topic)))
    }

    fn register(self, registry: &mut Registry) {
        registry.register_with_unit(
            "messaging_client_operation_duration",
            "Duration of publishing and of settling messages, by how it ended",
            Unit::Seconds,
            self.operations,
        );
        registry.register(
            "messaging_client_sent_messages",
            "Messages that the queue has confirmed",
            self.sent,
        );
        registry.register(
            "messaging_client_consumed_messages",
            "Messages that were delivered to this service, repetitions included",
            self.consumed,
        );
        registry.register_with_unit(
            "messaging_process_duration",
            "Duration of handling a batch of messages",
            Unit::Seconds,
            self.process,
        );
        registry.register(
            "messaging_messages_dead_lettered",
            "Messages that this service sent to the dead letters, by reason",
            self.dead,
        );
        registry.register(
            "messaging_queue_depth",
            "Messages that wait and that no consumer has",
            self.depth,
        );
        registry.register(
            "messaging_queue_consumers",
            "Consumers of the queue, of all services",
            self.consumers,
        );
        registry.register(
            "messaging_queue_dead_letters",
            "Messages that lie among the dead letters",
            self.dead_letters,
        );
    }
}

const fn labels(topic: Topic) -> TopicLabels {
    TopicLabels {
        messaging_destination_name: topic.as_str(),
    }
}
