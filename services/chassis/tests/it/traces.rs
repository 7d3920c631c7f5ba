//! Traces, from the header that comes in to the span that a collector gets.

use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::Value;

use crate::program::Program;
use crate::receiver::{Receiver, attribute};
use crate::wait::eventually;

const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED: &str = "00-1bf7651916cd43dd8448eb211c80319d-b7ad6b7169203331-00";
const EXPORTED: &str = "otel_sdk_exporter_span_exported_total{error_type=\"\"}";
const FAILED: &str = "otel_sdk_exporter_span_exported_total{error_type=\"export_failed\"}";

/// A program that sends each span at once.
async fn program(endpoint: &str, more: &[(&str, &str)]) -> Program {
    let base = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ];
    Program::start(&[], &[&base, more].concat()).await
}

fn hex(bytes: &[u8]) -> String {
    let two = |text: String, byte: &u8| text + &format!("{byte:02x}");
    bytes.iter().fold(String::new(), two)
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {spans:?}"))
}

#[tokio::test]
async fn a_trace_goes_on_through_the_service_and_out_to_the_collector() {
    let receiver = Receiver::start().await.expect("a port");
    let program = program(&receiver.endpoint(), &[]).await;
    program.get_with("/rows", "traceparent", SAMPLED).await;
    let spans = eventually("both spans arrive", async || {
        let spans = receiver.spans();
        (spans.len() >= 2).then_some(spans)
    })
    .await;
    let server = named(&spans, "GET /rows");
    assert_eq!(hex(&server.trace_id), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(hex(&server.parent_span_id), "b7ad6b7169203331");
    assert_eq!(server.kind(), SpanKind::Server);
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/rows"),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(attribute(&server.attributes, name), value, "{name}");
    }
    let client = named(&spans, "count");
    assert_eq!(client.trace_id, server.trace_id);
    assert_eq!(client.parent_span_id, server.span_id);
    assert_eq!(client.kind(), SpanKind::Client);
    assert_eq!(attribute(&client.attributes, "db.system.name"), "sqlite");
    assert_eq!(receiver.resource("service.name"), ["probe"]);

    let line = program
        .logged("its line", |line| line["route"] == "/rows")
        .await;
    assert_eq!(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(line["span_id"], hex(&server.span_id));
    let text = program.metrics().await;
    assert!(
        text.contains("# {trace_id=\"0af7651916cd43dd8448eb211c80319c\"}"),
        "no exemplar:\n{text}"
    );
}

#[tokio::test]
async fn a_trace_that_is_not_sampled_costs_no_span_and_keeps_its_id_in_the_log() {
    let receiver = Receiver::start().await.expect("a port");
    let mut program = program(&receiver.endpoint(), &[]).await;
    program.get_with("/rows", "traceparent", UNSAMPLED).await;
    let line = program
        .logged("its line", |line| line["route"] == "/rows")
        .await;
    assert_eq!(line["trace_id"], "1bf7651916cd43dd8448eb211c80319d");
    assert_ne!(line["span_id"], "b7ad6b7169203331", "a span of its own");
    assert!(
        !program.metrics().await.contains("trace_id"),
        "an exemplar that leads nowhere"
    );
    program.terminate().await;
    assert_eq!(receiver.spans(), []);
}

#[tokio::test]
async fn the_sampler_is_the_environments() {
    let receiver = Receiver::start().await.expect("a port");
    let never = [("OTEL_TRACES_SAMPLER", "parentbased_always_off")];
    let mut program = program(&receiver.endpoint(), &never).await;
    for _ in 0..20 {
        program.get("/rows").await;
    }
    program.get_with("/hello", "traceparent", SAMPLED).await;
    program.terminate().await;
    let spans = receiver.spans();
    assert_eq!(spans.len(), 1, "{spans:?}");
    assert_eq!(spans[0].name, "GET /hello");
}

#[tokio::test]
async fn a_broken_header_begins_a_new_trace() {
    let program = Program::start(&[], &[]).await;
    for header in [
        "",
        "00-xyz-1-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    ] {
        program.get_with("/hello", "traceparent", header).await;
    }
    let ids = eventually("three lines", async || {
        let lines = program
            .log()
            .into_iter()
            .filter(|line| line["route"] == "/hello");
        let ids: Vec<_> = lines.map(|line| line["trace_id"].to_string()).collect();
        (ids.len() == 3).then_some(ids)
    })
    .await;
    for id in &ids {
        assert_eq!(id.len(), 34, "{id}");
        assert!(!id.contains("0000000000000000"), "{id}");
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1);
    }
}

#[tokio::test]
async fn a_server_error_and_a_lost_client_end_their_spans() {
    let receiver = Receiver::start().await.expect("a port");
    let mut program = program(&receiver.endpoint(), &[]).await;
    program.get("/panic").await;
    program.get_and_leave("/sleep").await;
    program
        .logged("the lost client's line", |line| line["status"] == 499)
        .await;
    program.terminate().await;
    let spans = receiver.spans();
    let panicked = named(&spans, "GET /panic");
    assert_eq!(
        attribute(&panicked.attributes, "error.type"),
        "internal_error"
    );
    assert_eq!(panicked.status.as_ref().map(|status| status.code), Some(2));
    let left = named(&spans, "GET /sleep");
    assert_eq!(
        attribute(&left.attributes, "http.response.status_code"),
        "499"
    );
}

#[tokio::test]
async fn the_last_spans_are_sent_before_the_end() {
    let receiver = Receiver::start().await.expect("a port");
    let slow = [("OTEL_BSP_SCHEDULE_DELAY", "600000")];
    let mut program = program(&receiver.endpoint(), &slow).await;
    for _ in 0..5 {
        program.get("/hello").await;
    }
    assert_eq!(receiver.spans(), []);
    let (status, _) = program.terminate().await;
    assert!(status.success(), "{status}");
    assert_eq!(receiver.spans().len(), 5);
}

#[tokio::test]
async fn the_exporters_own_requests_are_no_spans() {
    let receiver = Receiver::start().await.expect("a port");
    let program = program(&receiver.endpoint(), &[("RUST_LOG", "trace")]).await;
    program.get("/hello").await;
    eventually("the span is exported", async || {
        (program.metric(EXPORTED).await == Some(1.0)).then_some(())
    })
    .await;
    // Several export intervals long nothing follows from it.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(program.metric(EXPORTED).await, Some(1.0));
    assert_eq!(receiver.spans().len(), 1);
}

#[tokio::test]
async fn a_collector_that_is_down_is_counted_and_delays_no_exit() {
    // The port "discard", which the system gives to no caller and no test.
    let mut program = program("http://127.0.0.1:9", &[]).await;
    assert_eq!(program.metric(FAILED).await, Some(0.0));
    assert_eq!(program.get("/hello").await.status(), 200);
    eventually("the failure is counted", async || {
        (program.metric(FAILED).await == Some(1.0)).then_some(())
    })
    .await;
    assert_eq!(program.metric(EXPORTED).await, Some(0.0));
    program.get("/hello").await;
    eventually("so is the next", async || {
        (program.metric(FAILED).await == Some(2.0)).then_some(())
    })
    .await;
    let is_it = |line: &Value| line["message"] == "spans cannot be exported";
    program.logged("a word about it", is_it).await;
    assert_eq!(
        program.log().into_iter().filter(is_it).count(),
        1,
        "not with each batch"
    );
    let (status, took) = program.terminate().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test]
async fn a_collector_that_never_answers_delays_the_exit_by_seconds_at_most() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
    let mut program = program(&endpoint, &[]).await;
    program.get("/hello").await;
    let (status, took) = program.terminate().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(6), "{took:?}");
}

#[tokio::test]
async fn a_span_tells_the_symptom_and_not_the_fault() {
    let receiver = Receiver::start().await.expect("a port");
    let program = program(&receiver.endpoint(), &[]).await;
    for (kind, parameters) in [
        ("error", r#""status":500"#),
        ("latency", r#""delay_ms":1"#),
        ("db-error", r#""ratio":1"#),
        ("db-latency", r#""delay_ms":1"#),
    ] {
        let body = format!(r#"{{"ttl_seconds":60,{parameters}}}"#);
        let path = format!("/faults/{kind}");
        assert_eq!(program.put(&path, body).await, 200, "{kind}");
        program.get_with("/rows", "traceparent", SAMPLED).await;
        program.take_back_faults().await;
    }
    eventually("all requests' spans arrive", async || {
        let spans = receiver.spans();
        let servers = spans.iter().filter(|span| span.kind() == SpanKind::Server);
        (servers.count() == 4).then_some(())
    })
    .await;
    let text = receiver.text().to_lowercase();
    assert!(text.contains("500"), "the symptom is there: {text}");
    for word in ["fault", "inject", "strike", "drill", "latency", "db-error"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}
