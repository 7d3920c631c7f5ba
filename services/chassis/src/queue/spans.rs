//! A message's place in a trace. Spans are made where the message's cause is sampled, and for no
//! other.
//!
//! They are made with OpenTelemetry's own interface, as those of requests are: ids are needed at
//! once, to travel with the message.

use opentelemetry::context::FutureExt as _;
use opentelemetry::trace::{
    SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId,
    TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_semantic_conventions::attribute as key;
use uuid::Uuid;

use super::topic::Topic;
use crate::telemetry::traces::TraceLink;

/// What the spans of one operation have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub(super) system: &'static str,
    pub(super) topic: Topic,
    /// Messages of the batch.
    pub(super) messages: usize,
}

/// The span of one message; none where it is not sampled. Ends when dropped.
#[derive(Debug, Default)]
pub(super) struct MessageSpan(Option<Context>);

impl Operation {
    /// A producer span, child of what caused the message.
    pub(super) fn produce(&self, id: Uuid, cause: Option<&str>) -> MessageSpan {
        let Some(cause) = cause.and_then(TraceLink::parse) else {
            return MessageSpan::default();
        };
        let span = self.span(SpanKind::Producer, "publish", "send", id);
        MessageSpan::begin(span, &cause)
    }

    /// A consumer span: child of the producer's, and linked to it, since whoever asks for one or
    /// the other relation must find it.
    pub(super) fn consume(&self, id: Uuid, producer: Option<&str>) -> MessageSpan {
        let Some(producer) = producer.and_then(TraceLink::parse) else {
            return MessageSpan::default();
        };
        let mut span = self.span(SpanKind::Consumer, "process", "process", id);
        span.links = Some(vec![producer.as_link()]);
        MessageSpan::begin(span, &producer)
    }

    fn span(&self, kind: SpanKind, name: &str, operation: &'static str, id: Uuid) -> SpanBuilder {
        let mut attributes = vec![
            KeyValue::new(key::MESSAGING_SYSTEM, self.system),
            KeyValue::new(key::MESSAGING_DESTINATION_NAME, self.topic.as_str()),
            KeyValue::new(key::MESSAGING_OPERATION_TYPE, operation),
            KeyValue::new(key::MESSAGING_OPERATION_NAME, name.to_owned()),
            KeyValue::new(key::MESSAGING_MESSAGE_ID, id.to_string()),
        ];
        if self.messages > 1 {
            let messages = i64::try_from(self.messages).unwrap_or(i64::MAX);
            attributes.push(KeyValue::new(key::MESSAGING_BATCH_MESSAGE_COUNT, messages));
        }
        SpanBuilder::from_name(format!("{name} {}", self.topic))
            .with_kind(kind)
            .with_attributes(attributes)
    }
}

impl MessageSpan {
    fn begin(span: SpanBuilder, parent: &TraceLink) -> Self {
        let parent = parent.as_parent();
        let span = global::tracer("chassis").build_with_context(span, &parent);
        Self(Some(parent.with_span(span)))
    }

    /// What is to travel with the message, or to be the parent of what follows from it.
    pub(super) fn traceparent(&self) -> Option<String> {
        let link = TraceLink::of(self.0.as_ref()?)?;
        Some(link.traceparent())
    }

    /// The operation has failed.
    pub(super) fn fail(&self, error_type: &'static str) {
        if let Some(context) = &self.0 {
            let span = context.span();
            span.set_attribute(KeyValue::new(key::ERROR_TYPE, error_type));
            span.set_status(Status::error(""));
        }
    }
}

impl Drop for MessageSpan {
    fn drop(&mut self) {
        if let Some(context) = &self.0 {
            context.span().end();
        }
    }
}

/// Runs a handler within the trace of the first message that has one, since a future has one place
/// only. Without any, it is in a trace that is not sampled: no span of it begins a trace of its own.
pub(super) async fn within<T>(spans: &[MessageSpan], work: impl Future<Output = T>) -> T {
    let context = spans.iter().find_map(|span| span.0.clone());
    work.with_context(context.unwrap_or_else(unsampled)).await
}

fn unsampled() -> Context {
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from(rand::random::<u128>().max(1)),
        SpanId::from(rand::random::<u64>().max(1)),
        TraceFlags::default(),
        false,
        TraceState::default(),
    ))
}
