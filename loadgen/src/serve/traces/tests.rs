use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ScopeSpans, Span, Status};

use super::summary::{Show, Summary};
use super::*;

const EVERYTHING: Wanted = Wanted {
    from: 0,
    to: u64::MAX,
    service: None,
    limit: usize::MAX,
};

fn sent(service: &str, trace: u8, starts: &[u64]) -> ResourceSpans {
    let span = |start: &u64| Span {
        trace_id: vec![trace; 16],
        span_id: vec![1; 8],
        kind: SpanKind::Server.into(),
        start_time_unix_nano: *start,
        ..Span::default()
    };
    let name = AnyValue {
        value: Some(Value::StringValue(service.to_owned())),
    };
    ResourceSpans {
        resource: Some(Resource {
            attributes: vec![KeyValue {
                key: "service.name".to_owned(),
                value: Some(name),
                ..KeyValue::default()
            }],
            ..Resource::default()
        }),
        scope_spans: vec![ScopeSpans {
            spans: starts.iter().map(span).collect(),
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    }
}

fn starts(found: &[ResourceSpans]) -> Vec<u64> {
    let scopes = found.iter().flat_map(|spans| &spans.scope_spans);
    let spans = scopes.flat_map(|scope| &scope.spans);
    spans.map(|span| span.start_time_unix_nano).collect()
}

fn traces(limit: usize) -> Traces {
    Traces::new(limit, TraceMetrics::default())
}

#[test]
fn spans_are_found_by_time_and_service() {
    let traces = traces(1 << 20);
    traces.put(&[sent("pizza", 1, &[10, 20, 30]), sent("pokedex", 1, &[15])]);
    traces.put(&[sent("pizza", 2, &[40])]);
    let of = |wanted: Wanted| starts(&traces.find(&wanted).resource_spans);
    assert_eq!(of(EVERYTHING), [10, 20, 30, 15, 40]);
    let between = Wanted {
        from: 15,
        to: 30,
        ..EVERYTHING
    };
    assert_eq!(of(between.clone()), [20, 15], "from is in, to is out");
    let pokedex = Wanted {
        service: Some("pokedex".to_owned()),
        ..EVERYTHING
    };
    assert_eq!(of(pokedex), [15]);
}

#[test]
fn the_newest_are_told_first_and_the_rest_is_counted() {
    let traces = traces(1 << 20);
    traces.put(&[sent("a", 1, &[1, 2, 3])]);
    traces.put(&[sent("a", 2, &[4])]);
    let found = traces.find(&Wanted {
        limit: 2,
        ..EVERYTHING
    });
    assert_eq!(starts(&found.resource_spans), [1, 4]);
    assert_eq!(found.left_off, 2);
}

#[test]
fn a_trace_is_found_whole_across_senders() {
    let traces = traces(1 << 20);
    traces.put(&[sent("a", 1, &[1]), sent("a", 2, &[2])]);
    traces.put(&[sent("b", 1, &[3])]);
    let whole = traces.trace(&[1; 16]).expect("it is kept");
    assert_eq!(starts(&whole), [1, 3]);
    assert_eq!(traces.trace(&[3; 16]), None);
}

#[test]
fn memory_is_bounded_and_the_oldest_makes_room() {
    let one = Batch::new(&sent("a", 1, &[1])).bytes();
    let traces = traces(one * 10);
    for start in 1..=100 {
        traces.put(&[sent("a", 1, &[start])]);
    }
    let kept = starts(&traces.find(&EVERYTHING).resource_spans);
    assert!((8..=10).contains(&kept.len()), "{kept:?}");
    assert_eq!(kept.last(), Some(&100));
    assert!(traces.ring.lock().bytes <= one * 10);
}

fn failed(mut spans: ResourceSpans) -> ResourceSpans {
    let status = Status {
        code: StatusCode::Error.into(),
        ..Status::default()
    };
    spans.scope_spans[0].spans[0].status = Some(status);
    spans
}

fn child(mut spans: ResourceSpans) -> ResourceSpans {
    spans.scope_spans[0].spans[0].parent_span_id = vec![1; 8];
    spans
}

fn lasting(mut spans: ResourceSpans, milliseconds: u64) -> ResourceSpans {
    let span = &mut spans.scope_spans[0].spans[0];
    span.end_time_unix_nano = span.start_time_unix_nano + milliseconds * 1_000_000;
    spans
}

#[test]
fn a_trace_is_summed_up_across_senders() {
    let traces = traces(1 << 20);
    traces.put(&[lasting(sent("pizza", 1, &[10]), 5)]);
    traces.put(&[failed(child(sent("pokedex", 1, &[12])))]);
    traces.put(&[
        lasting(sent("pizza", 2, &[20]), 9),
        child(sent("tracker", 3, &[30])),
    ]);
    let ids = |show| -> Vec<String> {
        let summaries = traces.summaries(show, 10);
        let first = |one: &Summary| one.trace_id[..2].to_owned();
        summaries.iter().map(first).collect()
    };
    assert_eq!(ids(Show::Recent), ["02", "01"], "what began 3 is not there");
    assert_eq!(ids(Show::Slow), ["02", "01"]);
    assert_eq!(ids(Show::Failed), ["01"]);
    let whole = &traces.summaries(Show::Failed, 10)[0];
    assert_eq!((whole.spans, whole.errors), (2, 1));
    assert_eq!(whole.service, "pizza");
    assert!((whole.duration_ms - 5.0).abs() < f64::EPSILON);
    assert_eq!(traces.summaries(Show::Recent, 1).len(), 1);
}
