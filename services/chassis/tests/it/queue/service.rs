//! A service with queues, and what it is told and tells.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use async_trait::async_trait;
use chassis::Stop;
use chassis::faults::{Faults, Kind};
use chassis::queue::{
    Busy, ConsumerSettings, Handler, Incoming, Outgoing, QueueError, Queues, Refusal, Settlement,
};
use company_tests::until;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use prometheus_client::registry::Registry;

use super::fixture::{Bell, Fixture, Note, note};
use crate::metrics::sample;

/// How long anything may take that is to happen: a lease's end, a broker's return.
pub(super) const DEADLINE: Duration = Duration::from_secs(40);

/// A service with open queues.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) queues: Queues,
    pub(super) registry: Arc<Registry>,
    pub(super) faults: Faults,
    pub(super) stop: Stop,
}

type Answer = Result<Vec<Settlement>, Busy>;
type Act = dyn Fn(Vec<Incoming<Note>>) -> BoxFuture<'static, Answer> + Send + Sync;

/// A handler that remembers each batch, and then does what the test wants.
#[derive(Clone)]
pub(super) struct Recorder {
    batches: Arc<Mutex<Vec<Vec<Incoming<Note>>>>>,
    act: Arc<Act>,
}

#[async_trait]
impl Handler for Recorder {
    type Event = Note;

    async fn handle(&self, batch: &[Incoming<Note>]) -> Answer {
        self.batches.lock().push(batch.to_vec());
        (self.act)(batch.to_vec()).await
    }
}

impl Recorder {
    /// One that settles all.
    pub(super) fn new() -> Self {
        Self::acting(done)
    }

    /// One that answers so.
    pub(super) fn acting(
        act: impl Fn(&[Incoming<Note>]) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::waiting(move |batch| {
            let answer = act(&batch);
            Box::pin(async move { answer })
        })
    }

    /// One that takes its time.
    pub(super) fn waiting(
        act: impl Fn(Vec<Incoming<Note>>) -> BoxFuture<'static, Answer> + Send + Sync + 'static,
    ) -> Self {
        Self {
            batches: Arc::default(),
            act: Arc::new(act),
        }
    }

    /// One that never ends.
    pub(super) fn hanging() -> Self {
        Self::waiting(|_| Box::pin(std::future::pending()))
    }

    pub(super) fn batches(&self) -> Vec<Vec<Incoming<Note>>> {
        self.batches.lock().clone()
    }

    /// All messages, each as often as it was handed over.
    pub(super) fn messages(&self) -> Vec<Incoming<Note>> {
        self.batches().concat()
    }

    pub(super) fn numbers(&self) -> Vec<u32> {
        let messages = self.messages().into_iter();
        messages.map(|message| message.event.number).collect()
    }

    /// Waits until so many were handed over.
    pub(super) async fn has(&self, messages: usize) -> Result<()> {
        until(&format!("{messages} messages"), DEADLINE, async || {
            (self.messages().len() >= messages).then_some(())
        })
        .await
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a handler answers")]
pub(super) fn done(batch: &[Incoming<Note>]) -> Answer {
    Ok(vec![Settlement::Done; batch.len()])
}

impl Service {
    pub(super) async fn publish(&self, numbers: impl IntoIterator<Item = u32>) -> Result<()> {
        Ok(self.try_publish(numbers).await?)
    }

    pub(super) async fn try_publish(
        &self,
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<(), QueueError> {
        let notes = numbers.into_iter().map(note);
        let notes: Vec<_> = notes.map(Outgoing::untraced).collect();
        self.queues.publish(&notes).await
    }

    pub(super) fn consume(&self, recorder: &Recorder) {
        self.consume_by(recorder, ConsumerSettings::default().batch);
    }

    pub(super) fn consume_by(&self, recorder: &Recorder, batch: u16) {
        let settings = ConsumerSettings { batch };
        self.queues.consume(recorder.clone(), settings, &self.stop);
    }

    /// Stops in good order.
    pub(super) async fn stop(self) -> Result<()> {
        self.stop.request();
        ensure!(self.stop.finished(DEADLINE).await, "it does not stop");
        Ok(())
    }

    /// One sample, by its name and labels as they are written.
    pub(super) fn metric(&self, wanted: &str) -> Option<f64> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).expect("encodes");
        sample(&text, wanted)
    }

    /// One sample of a metric whose only label is the topic of notes.
    pub(super) fn notes(&self, metric: &str) -> Option<f64> {
        self.metric(&format!(
            "{metric}{{messaging_destination_name=\"test.note\"}}"
        ))
    }

    pub(super) async fn metric_becomes(&self, wanted: &str, value: f64) -> Result<()> {
        until(&format!("{wanted} {value}"), DEADLINE, async || {
            (self.metric(wanted) == Some(value)).then_some(())
        })
        .await
    }

    pub(super) async fn notes_become(&self, metric: &str, value: f64) -> Result<()> {
        let sample = format!("{metric}{{messaging_destination_name=\"test.note\"}}");
        self.metric_becomes(&sample, value).await
    }

    pub(super) fn strikes(&self, kind: Kind) -> u64 {
        let listed = self.faults.list().into_iter();
        let of_kind = listed.filter(|fault| fault.kind == kind);
        of_kind.map(|fault| fault.strikes).sum()
    }
}

pub(super) fn dead_lettered(reason: &str) -> String {
    format!(
        "messaging_messages_dead_lettered_total{{messaging_destination_name=\"test.note\",\
         reason=\"{reason}\"}}"
    )
}

/// How many operations of this name ended so.
pub(super) fn operations(name: &str, error: &str) -> String {
    format!(
        "messaging_client_operation_duration_seconds_count{{messaging_operation_name=\"{name}\",\
         messaging_destination_name=\"test.note\",error_type=\"{error}\"}}"
    )
}

pub(super) async fn metrics_exist_at_zero_and_count(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    assert_eq!(service.metric("messaging_queue_up"), Some(1.0));
    let of_topic = [
        "messaging_client_sent_messages_total",
        "messaging_client_consumed_messages_total",
        "messaging_process_duration_seconds_count",
        "messaging_queue_depth",
        "messaging_queue_consumers",
        "messaging_queue_dead_letters",
    ];
    for metric in of_topic {
        assert_eq!(service.notes(metric), Some(0.0), "{metric}");
    }
    for reason in ["undecodable", "too_large", "refused", "too_many_tries"] {
        assert_eq!(service.metric(&dead_lettered(reason)), Some(0.0));
    }
    for name in ["publish", "settle"] {
        for error in ["", "full", "unavailable", "invalid"] {
            assert_eq!(service.metric(&operations(name, error)), Some(0.0));
        }
    }
    service.publish(1..=3).await?;
    service.publish([4]).await?;
    assert_eq!(service.metric(&operations("publish", "")), Some(2.0));
    assert_eq!(service.notes(of_topic[0]), Some(4.0));
    service.notes_become("messaging_queue_depth", 4.0).await?;

    let recorder = Recorder::acting(|batch| {
        let settle = |message: &Incoming<Note>| match message.event.number {
            2 => Settlement::Dead(Refusal("even_prime")),
            _ => Settlement::Done,
        };
        Ok(batch.iter().map(settle).collect())
    });
    service.consume(&recorder);
    service
        .notes_become("messaging_queue_consumers", 1.0)
        .await?;
    service
        .notes_become("messaging_queue_dead_letters", 1.0)
        .await?;
    service.notes_become("messaging_queue_depth", 0.0).await?;
    assert_eq!(service.notes(of_topic[1]), Some(4.0));
    assert_eq!(service.metric(&dead_lettered("refused")), Some(1.0));
    let batches = recorder.batches().len();
    assert_eq!(
        service.notes(of_topic[2]),
        Some(f64::from(u32::try_from(batches)?))
    );
    let other = "messaging_queue_consumers{messaging_destination_name=\"test.bell\"}";
    assert_eq!(service.metric(other), Some(0.0));
    service.stop().await?;
    // Gone from the broker, not only from this service.
    let another = fixture.service().await?;
    another
        .notes_become("messaging_queue_consumers", 0.0)
        .await?;
    another
        .queues
        .publish(&[Outgoing::untraced(Bell { rings: 1 })])
        .await?;
    another.stop().await
}
