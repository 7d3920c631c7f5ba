//! What `docs/instrumentation.md` says, held against a whole process that exports its spans.

use std::time::Duration;

use anyhow::{Context as _, Result};
use company_tests::collector::{Collector, attribute};
use company_tests::until;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

mod document;
mod process;

use process::Process;

const SOON: Duration = Duration::from_secs(20);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn hex(bytes: &[u8]) -> String {
    let two = |text: String, byte: &u8| text + &format!("{byte:02x}");
    bytes.iter().fold(String::new(), two)
}

/// The spans of a request's trace, once there are so many.
async fn spans(collector: &Collector, count: usize) -> Result<Vec<Span>> {
    let spans = until("the spans arrive", SOON, async || {
        let mut spans = collector.spans();
        spans.retain(|span| hex(&span.trace_id) == TRACE);
        (spans.len() >= count).then_some(spans)
    })
    .await?;
    assert_eq!(spans.len(), count, "{spans:?}");
    Ok(spans)
}

fn named<'a>(spans: &'a [Span], name: &str) -> Result<&'a Span> {
    let found = spans.iter().find(|span| span.name == name);
    found.with_context(|| format!("no {name} in {spans:?}"))
}

#[track_caller]
fn assert_child(child: &Span, parent: &Span) {
    let (parent_id, id) = (hex(&child.parent_span_id), hex(&parent.span_id));
    assert_eq!(parent_id, id, "{} beneath {}", child.name, parent.name);
}

#[tokio::test]
async fn a_handler_that_knows_nothing_of_telemetry_is_seen_by_it() -> Result<()> {
    let collector = Collector::start().await?;
    let process = Process::start(&collector).await?;
    process.ask("/pokemon/25", 200).await?;

    let spans = spans(&collector, 2).await?;
    let server = named(&spans, "GET /pokemon/{id}")?;
    assert_eq!(server.kind(), SpanKind::Server);
    let query = named(&spans, "get_pokemon")?;
    assert_eq!(query.kind(), SpanKind::Client);
    assert_child(query, server);
    assert_eq!(
        collector
            .resource("service.name")
            .first()
            .map(String::as_str),
        Some("pokedex-api")
    );

    let line = process.request_line("/pokemon/{id}").await?;
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["status"], 200);

    let text = process.metrics().await?;
    for part in [
        "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route=\"/pokemon/{id}\",http_response_status_code=\"200\"} 1",
        "db_operation_name=\"get_pokemon\",error_type=\"\"} 1",
        "# {trace_id=\"0af7651916cd43dd8448eb211c80319c\"}",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_handler_can_add_spans_attributes_events_a_metric_and_a_field() -> Result<()> {
    let collector = Collector::start().await?;
    let process = Process::start(&collector).await?;
    process
        .ask("/pokemon/by-name/FLAB%C3%89B%C3%89", 200)
        .await?;

    let spans = spans(&collector, 4).await?;
    let server = named(&spans, "GET /pokemon/by-name/{name}")?;
    let own = named(&spans, "look up name")?;
    assert_child(own, server);
    assert_eq!(own.kind(), SpanKind::Internal);
    assert_child(named(&spans, "fold name")?, own);
    assert_child(named(&spans, "find_pokemon")?, own);
    assert_eq!(attribute(&own.attributes, "pokedex.name.ascii"), "false");
    assert_eq!(attribute(&own.attributes, "pokedex.pokemon.id"), "669");
    let events: Vec<_> = own.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(events, ["name folded"]);
    let folded = &own.events[0].attributes;
    assert_eq!(attribute(folded, "pokedex.name.changed"), "true");

    let line = process.request_line("/pokemon/by-name/{name}").await?;
    assert_eq!(line["note"], "pokemon_id=669");
    assert_eq!(line["trace_id"], TRACE);
    let text = process.metrics().await?;
    assert!(text.contains("\npokedex_name_lookups_total{outcome=\"found\"} 1\n"));
    Ok(())
}

#[tokio::test]
async fn what_is_not_found_is_an_event_and_no_error_of_the_span() -> Result<()> {
    let collector = Collector::start().await?;
    let process = Process::start(&collector).await?;
    process.ask("/pokemon/by-name/agumon", 404).await?;
    let spans = spans(&collector, 4).await?;
    let own = named(&spans, "look up name")?;
    let events: Vec<_> = own.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(events, ["name folded", "nothing has this name"]);
    assert_eq!(own.status.as_ref().map_or(0, |status| status.code), 0);
    assert_eq!(attribute(&own.attributes, "pokedex.pokemon.id"), "");
    Ok(())
}

#[tokio::test]
async fn what_the_client_typed_is_kept_nowhere() -> Result<()> {
    let collector = Collector::start().await?;
    let process = Process::start(&collector).await?;
    process.ask("/pokemon/by-name/Quetzalcoatl", 404).await?;
    process.ask("/pokemon?name=Quetzalcoatl", 200).await?;
    process.request_line("/pokemon").await?;
    spans(&collector, 6).await?;
    for (place, text) in [
        ("spans", collector.text()),
        ("log", process.log()),
        ("metrics", process.metrics().await?),
    ] {
        assert!(!text.to_lowercase().contains("quetzal"), "{place}: {text}");
    }
    Ok(())
}
