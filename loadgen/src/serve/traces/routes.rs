//! The receiver's routes: services write spans, people and programs read them.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use chassis::problem::Problem;
use chassis::problem::extract::{Path, Query};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Encoding, Export, MAX_BYTES};
use super::summary::{Show, Summary};
use super::{TraceId, Traces, Wanted};

/// Says how many spans an answer left off.
const LEFT_OFF: HeaderName = HeaderName::from_static("x-left-off");
/// Spans in one answer, unless fewer are asked for.
const MOST_SPANS: usize = 10_000;
/// Traces in one overview.
const MOST_SUMMARIES: usize = 500;

/// Every route of the receiver.
pub fn router(traces: Arc<Traces>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(receive))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .routes(routes!(list))
        // The word goes before any id.
        .routes(routes!(summaries))
        .routes(routes!(whole))
        .with_state(traces)
}

/// Takes spans in
///
/// OTLP over HTTP, as protobuf or JSON, perhaps packed with gzip. The newest are kept, by bytes.
#[utoipa::path(
    post,
    path = "/v1/traces",
    tag = "traces",
    request_body(
        description = "ExportTraceServiceRequest of OpenTelemetry",
        content((Vec<u8> = "application/x-protobuf"), (Object = "application/json"))
    ),
    responses(
        (status = 200, description = "Taken in"),
        (status = 400, description = "Not an export of spans"),
        (status = 413, description = "Too large"),
        (status = 415, description = "Neither protobuf nor JSON, or packed with something else than gzip")
    )
)]
async fn receive(State(traces): State<Arc<Traces>>, export: Export) -> impl IntoResponse {
    traces.put(&export.request.resource_spans);
    // An empty answer: everything was taken.
    match export.encoding {
        Encoding::Protobuf => ([(header::CONTENT_TYPE, "application/x-protobuf")], ""),
        Encoding::Json => ([(header::CONTENT_TYPE, "application/json")], "{}"),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Spans that began then or later, RFC 3339.
    #[serde(default, with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    /// Spans that began before then, RFC 3339.
    #[serde(default, with = "time::serde::rfc3339::option")]
    to: Option<OffsetDateTime>,
    /// Spans of this service alone.
    service: Option<String>,
    /// At most so many: the newest arrivals.
    #[serde(default = "most_spans")]
    #[param(minimum = 1, maximum = 10000)]
    limit: usize,
}

const fn most_spans() -> usize {
    MOST_SPANS
}

/// Spans as OTLP JSON
///
/// By the time of their start, oldest arrival first. `X-Left-Off` counts what the limit left off.
#[utoipa::path(
    get,
    path = "/traces",
    tag = "traces",
    params(Asked),
    responses(
        (status = 200, description = "`resourceSpans`, as OTLP writes it in JSON", body = Object),
        (status = 400, description = "A parameter is not valid"),
        (status = 422, description = "The limit is out of range")
    )
)]
async fn list(
    State(traces): State<Arc<Traces>>,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, Problem> {
    if !(1..=MOST_SPANS).contains(&asked.limit) {
        let range = format!("must be from 1 to {MOST_SPANS}");
        return Err(Problem::invalid("limit", range));
    }
    let found = traces.find(&Wanted {
        from: asked.from.map_or(0, nanoseconds),
        to: asked.to.map_or(u64::MAX, nanoseconds),
        service: asked.service,
        limit: asked.limit,
    });
    let left_off = [(LEFT_OFF, found.left_off.to_string())];
    Ok((left_off, json(found.resource_spans)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Overview {
    /// Which traces: `recent`, `slow` or `failed`.
    #[serde(default)]
    #[param(inline)]
    show: Show,
    /// At most so many.
    #[serde(default = "usual_summaries")]
    #[param(minimum = 1, maximum = 500)]
    limit: usize,
}

const fn usual_summaries() -> usize {
    50
}

#[derive(Serialize, ToSchema)]
struct Summaries {
    /// The traces.
    traces: Vec<Summary>,
}

/// Traces, a line each
///
/// Of those that a request began, as long as its span is still kept. `recent` and `failed` begin with the
/// newest, `slow` with the one whose first span took longest.
#[utoipa::path(
    get,
    path = "/traces/summaries",
    tag = "traces",
    params(Overview),
    responses(
        (status = 200, description = "The traces", body = Summaries),
        (status = 400, description = "A parameter is not valid"),
        (status = 422, description = "The limit is out of range")
    )
)]
async fn summaries(
    State(traces): State<Arc<Traces>>,
    Query(asked): Query<Overview>,
) -> Result<impl IntoResponse, Problem> {
    if !(1..=MOST_SUMMARIES).contains(&asked.limit) {
        let range = format!("must be from 1 to {MOST_SUMMARIES}");
        return Err(Problem::invalid("limit", range));
    }
    let traces = traces.summaries(asked.show, asked.limit);
    Ok(axum::Json(Summaries { traces }))
}

/// One whole trace as OTLP JSON
#[utoipa::path(
    get,
    path = "/traces/{trace_id}",
    tag = "traces",
    params(("trace_id" = String, Path, description = "32 hexadecimal digits")),
    responses(
        (status = 200, description = "`resourceSpans`, as OTLP writes it in JSON", body = Object),
        (status = 400, description = "Not a trace's id"),
        (status = 404, description = "No span of this trace is kept")
    )
)]
async fn whole(
    State(traces): State<Arc<Traces>>,
    Path(trace_id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let id = parse(&trace_id).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, "bad_path")
            .detail("the path has a part that is not valid")
            .field("trace_id", "must be 32 hexadecimal digits")
    })?;
    let spans = traces.trace(&id).ok_or_else(|| {
        Problem::from_status(StatusCode::NOT_FOUND)
            .detail("no span of this trace is kept; it may have been too long ago")
    })?;
    Ok(json(spans))
}

fn json(resource_spans: Vec<ResourceSpans>) -> axum::Json<ExportTraceServiceRequest> {
    axum::Json(ExportTraceServiceRequest { resource_spans })
}

/// Times before 1970 are 1970.
fn nanoseconds(time: OffsetDateTime) -> u64 {
    let since = time.unix_timestamp_nanos().max(0);
    since.try_into().unwrap_or(u64::MAX)
}

fn parse(digits: &str) -> Option<TraceId> {
    let is_hex = digits.len() == 32 && digits.bytes().all(|c| c.is_ascii_hexdigit());
    let id = is_hex.then(|| u128::from_str_radix(digits, 16).ok())??;
    Some(id.to_be_bytes())
}
