//! From events to messages.

use std::time::Duration;

use bytes::Bytes;
use contracts::Event;
use time::OffsetDateTime;
use uuid::Uuid;

use super::broker::Letter;
use super::error::QueueError;
use super::message::Outgoing;
use super::metrics::{Publishing, QueueMetrics};
use super::spans::{MessageSpan, Operation};
use super::topic::Topic;
use super::{MAX_BODY_BYTES, Queues};

/// How long publishing may take.
const LIMIT: Duration = Duration::from_secs(5);

pub(super) async fn publish<E: Event>(
    queues: &Queues,
    events: &[Outgoing<E>],
) -> Result<(), QueueError> {
    if events.is_empty() {
        return Ok(());
    }
    let topic = Topic::of::<E>();
    let operation = Operation {
        system: queues.broker.system(),
        topic,
        messages: events.len(),
    };
    let (letters, spans): (Vec<_>, Vec<_>) = events
        .iter()
        .map(|event| write(&operation, event))
        .collect::<Result<_, _>>()?;
    let outcome = send(queues, topic, &letters).await;
    if outcome.is_err() {
        for span in &spans {
            span.fail("publish_failed");
        }
    }
    outcome
}

fn write<E: Event>(
    operation: &Operation,
    outgoing: &Outgoing<E>,
) -> Result<(Letter, MessageSpan), QueueError> {
    let body = serde_json::to_vec(&outgoing.event)
        .map_err(|error| QueueError::Unwritable(error.to_string()))?;
    if body.len() > MAX_BODY_BYTES {
        return Err(QueueError::TooLarge(body.len()));
    }
    let id = Uuid::now_v7();
    let span = operation.produce(id, outgoing.traceparent.as_deref());
    Ok((letter(id, body.into(), span.traceparent()), span))
}

/// A message of this moment.
pub(super) fn letter(id: Uuid, body: Bytes, traceparent: Option<String>) -> Letter {
    Letter {
        id,
        published_at: OffsetDateTime::now_utc(),
        traceparent,
        body,
    }
}

/// Hands messages to the broker, unless a fault breaks the connection.
async fn send(queues: &Queues, topic: Topic, letters: &[Letter]) -> Result<(), QueueError> {
    let sending = async {
        queues.struck()?;
        queues.broker.publish(topic, letters).await
    };
    measured(&queues.metrics, topic, letters.len(), sending).await
}

/// Publishes so many messages within the time limit, and counts them.
pub(super) async fn measured(
    metrics: &QueueMetrics,
    topic: Topic,
    messages: usize,
    sending: impl Future<Output = Result<(), QueueError>>,
) -> Result<(), QueueError> {
    let metrics = metrics.publishing(topic);
    let running = metrics.map(Publishing::begin);
    let outcome = tokio::time::timeout(LIMIT, sending)
        .await
        .unwrap_or_else(|_| Err(QueueError::unavailable("no confirmation in time")));
    if let Some(running) = running {
        running.end(&outcome);
    }
    if let (Ok(()), Some(metrics)) = (&outcome, metrics) {
        metrics.sent(messages);
    }
    outcome
}

impl Queues {
    /// Breaks the connection where a fault says so.
    pub(super) fn struck(&self) -> Result<(), QueueError> {
        if self.faults.strikes_queue() {
            self.broker.disconnect();
            return Err(QueueError::broken());
        }
        Ok(())
    }
}
