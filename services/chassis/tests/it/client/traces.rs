//! How a trace goes on to a neighbour.

use std::time::Duration;

use chassis::config::{LogFormat, Switch, TelemetryConfig};
use company_tests::collector::{Collector, attribute};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tokio::runtime::Runtime;

use super::{Caller, PATIENT, Server};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn context(flags: &str) -> Context {
    let header = format!("00-{TRACE}-{PARENT}-{flags}");
    let carrier = std::collections::HashMap::from([("traceparent".to_owned(), header)]);
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
}

/// What each call sent on, by the flags of the context that it was made in.
struct Sent {
    sampled: String,
    unsampled: String,
}

async fn calls(server: &Server) -> Sent {
    use opentelemetry::trace::FutureExt as _;
    let caller = Caller::of(&server.url(), PATIENT);
    let in_context = async |flags, path: &str| {
        // How it ends is for the span to tell.
        let _ = caller.get(path).with_context(context(flags)).await;
        server.traceparent()
    };
    let sampled = in_context("01", "/cards/ada").await;
    in_context("01", "/status/404").await;
    let unsampled = in_context("00", "/cards/ada").await;
    Sent { sampled, unsampled }
}

fn hex(bytes: &[u8]) -> String {
    let two = |text: String, byte: &u8| text + &format!("{byte:02x}");
    bytes.iter().fold(String::new(), two)
}

fn of_status<'a>(spans: &'a [Span], status: &str) -> &'a Span {
    let is = |span: &&Span| attribute(&span.attributes, "http.response.status_code") == status;
    spans.iter().find(is).expect("a span of this status")
}

/// One test, because a process has one exporter.
#[test]
fn a_sampled_trace_goes_on_with_a_span_and_an_unsampled_one_without() {
    chassis::http::client::use_ring();
    let runtime = Runtime::new().expect("a runtime");
    let collector = runtime.block_on(Collector::start()).expect("a port");
    let folder = tempfile::tempdir().expect("a folder");
    let config = TelemetryConfig {
        log: "off".to_owned(),
        log_format: LogFormat::Json,
        log_file: Some(folder.path().join("log")),
        otlp_endpoint: Some(collector.endpoint().parse().expect("a URL")),
        traces_per_second: 0,
        request_telemetry: Switch::On,
    };
    let (_telemetry, guard) = chassis::telemetry::start("caller", &config).expect("starts");
    let sent = runtime.block_on(async { calls(&Server::start().await).await });
    // Not on the runtime, whose thread it would block.
    guard.flush();

    let spans = collector.spans();
    assert_eq!(spans.len(), 2, "{spans:?}");
    for span in &spans {
        assert_eq!(span.name, "GET /cards/{name}");
        assert_eq!(span.kind(), SpanKind::Client);
        assert_eq!(hex(&span.trace_id), TRACE);
        assert_eq!(hex(&span.parent_span_id), PARENT);
        for (name, value) in [
            ("http.request.method", "GET"),
            ("server.address", super::NAME),
            ("url.template", "/cards/{name}"),
        ] {
            assert_eq!(attribute(&span.attributes, name), value, "{name}");
        }
    }
    let good = of_status(&spans, "200");
    assert_eq!(
        sent.sampled,
        format!("00-{TRACE}-{}-01", hex(&good.span_id))
    );
    assert_eq!(attribute(&good.attributes, "error.type"), "");
    let bad = of_status(&spans, "404");
    assert_eq!(attribute(&bad.attributes, "error.type"), "404");
    assert_eq!(bad.status.as_ref().map(|status| status.code), Some(2));
    assert_eq!(sent.unsampled, format!("00-{TRACE}-{PARENT}-00"));
    runtime.shutdown_timeout(Duration::from_secs(1));
}
