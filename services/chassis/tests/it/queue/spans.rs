//! A message's place in a trace, as a collector sees it: the clerk's processes export their spans.

use anyhow::{Context as _, Result};
use company_tests::collector::{Collector, attribute};
use company_tests::until;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::clerk::{Clerk, Line};
use super::fixture::Fixture;
use super::service::DEADLINE;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CAUSE: &str = "b7ad6b7169203331";
const OTHER_TRACE: &str = "2cf7651916cd43dd8448eb211c80319e";

/// Publishes a note that is sampled, one that is not, one that nobody traces, a broken one, and one
/// of another trace, which is refused. Returns what the consumer was handed, and all spans.
async fn traced(fixture: &Fixture, collector: &Collector) -> Result<Vec<Line>> {
    let endpoint = collector.endpoint();
    let exporting = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str())];
    let causes = [
        format!("--traceparent=00-{TRACE}-{CAUSE}-01"),
        format!("--traceparent=00-1bf7651916cd43dd8448eb211c80319d-{CAUSE}-00"),
        "--traceparent=".to_owned(),
        format!("--traceparent=00-xyz-{CAUSE}-01"),
        format!("--traceparent=00-{OTHER_TRACE}-{CAUSE}-01"),
    ];
    let causes = causes.iter().map(String::as_str);
    let flags: Vec<_> = ["--publish=5"].into_iter().chain(causes).collect();
    let publisher = Clerk::start(fixture, &flags, &exporting)?;
    publisher.logs("published").await?;
    publisher.stop().await?;

    let consumer = Clerk::start(fixture, &["--consume", "--refuse=4"], &exporting)?;
    until("all notes are handled", DEADLINE, async || {
        (consumer.lines().len() >= 5).then_some(())
    })
    .await?;
    let (consumer, _) = consumer.stop().await?;
    Ok(consumer.lines())
}

fn hex(bytes: &[u8]) -> String {
    let two = |text: String, byte: &u8| text + &format!("{byte:02x}");
    bytes.iter().fold(String::new(), two)
}

fn traceparent(span: &Span) -> String {
    format!("00-{}-{}-01", hex(&span.trace_id), hex(&span.span_id))
}

/// The one span of a trace and kind.
fn of<'a>(spans: &'a [Span], trace: &str, kind: SpanKind) -> Result<&'a Span> {
    let is = |span: &&Span| hex(&span.trace_id) == trace && span.kind() == kind;
    let mut found = spans.iter().filter(is);
    let span = found.next().context("no such span")?;
    assert!(found.next().is_none(), "one message, one span: {spans:?}");
    Ok(span)
}

fn assert_attributes(span: &Span, wanted: &[(&str, &str)]) {
    for (name, value) in wanted {
        assert_eq!(attribute(&span.attributes, name), *value, "{name}");
    }
}

pub(super) async fn a_sampled_message_goes_on_in_its_trace(fixture: Fixture) -> Result<()> {
    let system = if fixture.is_file() {
        "sqlite"
    } else {
        "rabbitmq"
    };
    let collector = Collector::start().await?;
    let lines = traced(&fixture, &collector).await?;
    let spans = collector.spans();
    assert_eq!(spans.len(), 4, "none where nothing is sampled: {spans:?}");

    let producer = of(&spans, TRACE, SpanKind::Producer)?;
    assert_eq!(producer.name, "publish test.note");
    assert_eq!(hex(&producer.parent_span_id), CAUSE);
    assert_attributes(
        producer,
        &[
            ("messaging.system", system),
            ("messaging.destination.name", "test.note"),
            ("messaging.operation.type", "send"),
            ("messaging.operation.name", "publish"),
            ("messaging.batch.message_count", "5"),
            ("error.type", ""),
        ],
    );

    let consumer = of(&spans, TRACE, SpanKind::Consumer)?;
    assert_eq!(consumer.name, "process test.note");
    assert_eq!(consumer.parent_span_id, producer.span_id, "its child");
    assert_eq!(consumer.links.len(), 1, "and linked to it");
    assert_eq!(consumer.links[0].span_id, producer.span_id);
    assert_eq!(consumer.links[0].trace_id, producer.trace_id);
    let id = attribute(&producer.attributes, "messaging.message.id");
    assert_eq!(id.len(), 36, "{id}");
    assert_attributes(
        consumer,
        &[
            ("messaging.system", system),
            ("messaging.destination.name", "test.note"),
            ("messaging.operation.type", "process"),
            ("messaging.operation.name", "process"),
            ("messaging.message.id", &id),
            ("error.type", ""),
        ],
    );

    let refused = of(&spans, OTHER_TRACE, SpanKind::Consumer)?;
    assert_attributes(refused, &[("error.type", "refused")]);
    assert_eq!(refused.status.as_ref().map(|status| status.code), Some(2));

    let handed: Vec<_> = lines.iter().map(|line| line.traceparent.clone()).collect();
    let (first, last) = (traceparent(consumer), traceparent(refused));
    assert_eq!(
        handed,
        [Some(first.clone()), None, None, None, Some(last.clone())]
    );
    // The first one came alone: the handler ran within its span, and then within that of the only
    // other one that has a span.
    assert_eq!(lines[0].batch, 1, "{lines:?}");
    assert_eq!(lines[0].current, Some(first));
    for line in lines.iter().filter(|line| line.batch == 4) {
        assert_eq!(line.current.as_ref(), Some(&last));
    }
    Ok(())
}

#[tokio::test]
async fn a_message_that_is_not_published_ends_its_span_with_an_error() -> Result<()> {
    let fixture = Fixture::file()?;
    let collector = Collector::start().await?;
    let endpoint = collector.endpoint();
    let cause = format!("--traceparent=00-{TRACE}-{CAUSE}-01");
    let flags = ["--publish=2", "--queue-limit=1", &cause];
    let exporting = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str())];
    let publisher = Clerk::start(&fixture, &flags, &exporting)?;
    publisher.logs("not published").await?;
    publisher.stop().await?;
    let spans = collector.spans();
    let span = spans.first().context("no span")?;
    assert_eq!(span.kind(), SpanKind::Producer);
    assert_attributes(span, &[("error.type", "publish_failed")]);
    assert_eq!(span.status.as_ref().map(|status| status.code), Some(2));
    Ok(())
}
