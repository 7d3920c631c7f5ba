//! Trips in traces. A trip belongs to the trace of its first sampled order and names the others.

use std::time::SystemTime;

use chassis::telemetry::traces::{TraceLink, untraced};
use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, global};

use crate::trip::{Loaded, WaitingOrder};

/// Orders that a trip's span names at most.
const MOST_LINKS: usize = 64;

/// The span of a trip. There is none where none of its orders is sampled.
#[derive(Debug)]
pub(crate) struct TripSpan(Option<Context>);

impl TripSpan {
    /// Begins with the loading.
    pub(crate) fn begin(orders: &[WaitingOrder], loaded: &Loaded) -> Self {
        let mut sampled = orders
            .iter()
            .filter_map(|order| TraceLink::parse(order.traceparent.as_deref()?));
        let Some(first) = sampled.next() else {
            return Self(None);
        };
        let parent = first.as_parent();
        let others = sampled.take(MOST_LINKS).map(|other| other.as_link());
        let builder = SpanBuilder::from_name("trip")
            .with_kind(SpanKind::Internal)
            .with_links(others.collect())
            .with_attributes(attributes(loaded));
        let span = global::tracer("position-simulator").build_with_context(builder, &parent);
        Self(Some(parent.with_span(span)))
    }

    /// What travels with the trip.
    pub(crate) fn traceparent(&self) -> Option<String> {
        let link = TraceLink::of(self.0.as_ref()?)?;
        Some(link.traceparent())
    }

    /// The context for what is done for the trip.
    pub(crate) fn context(&self) -> Context {
        self.0.clone().unwrap_or_else(untraced)
    }

    /// Ends it: when the trip does, which is known now and will not change.
    pub(crate) fn end(self, at: SystemTime) {
        if let Some(context) = self.0 {
            context.span().end_with_timestamp(at);
        }
    }

    /// The trip does not take place.
    pub(crate) fn fail(self) {
        if let Some(context) = self.0 {
            context.span().set_status(Status::error(""));
            context.span().end();
        }
    }
}

fn attributes(loaded: &Loaded) -> Vec<KeyValue> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    vec![
        KeyValue::new("vehicle.trip.id", loaded.trip.id.to_string()),
        KeyValue::new("vehicle.name", loaded.trip.vehicle.clone()),
        KeyValue::new("vehicle.trip.orders", count(loaded.orders.len())),
        KeyValue::new("vehicle.trip.stops", count(loaded.trip.stops.len())),
    ]
}
