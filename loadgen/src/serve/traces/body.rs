//! The body of an export: protobuf or JSON, perhaps packed.

use std::io::Read as _;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::IntoResponse as _;
use chassis::problem::Problem;
use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

/// The longest body, as it comes and unpacked. A batch of the SDK's default size has a tenth of it.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How spans are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

/// Spans, and how they were written: the answer is written the same way.
#[derive(Debug)]
pub struct Export {
    /// How.
    pub encoding: Encoding,
    /// The spans.
    pub request: ExportTraceServiceRequest,
}

impl<S: Send + Sync> FromRequest<S> for Export {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let encoding = encoding(request.headers())?;
        let is_packed = is_packed(request.headers())?;
        let bytes = Bytes::from_request(request, state).await.map_err(|error| {
            match error.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => unreadable("it ended early"),
            }
        })?;
        let bytes = if is_packed { unpacked(&bytes)? } else { bytes };
        let request = decoded(encoding, &bytes)?;
        Ok(Self { encoding, request })
    }
}

fn word<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.unwrap_or_default().trim()
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Problem> {
    match word(headers, &header::CONTENT_TYPE) {
        kind if kind.eq_ignore_ascii_case("application/x-protobuf") => Ok(Encoding::Protobuf),
        kind if kind.eq_ignore_ascii_case("application/json") => Ok(Encoding::Json),
        _ => Err(unsupported(
            "Content-Type",
            "must be application/x-protobuf or application/json",
        )),
    }
}

fn is_packed(headers: &HeaderMap) -> Result<bool, Problem> {
    match word(headers, &header::CONTENT_ENCODING) {
        "" | "identity" => Ok(false),
        packed if packed.eq_ignore_ascii_case("gzip") => Ok(true),
        _ => Err(unsupported("Content-Encoding", "must be gzip, or absent")),
    }
}

fn unpacked(bytes: &[u8]) -> Result<Bytes, Problem> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes)
        // One byte more than allowed tells that there is more.
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut unpacked)
        .map_err(|_| unreadable("it is not gzip"))?;
    if unpacked.len() > MAX_BYTES {
        return Err(too_large());
    }
    Ok(unpacked.into())
}

fn decoded(encoding: Encoding, bytes: &[u8]) -> Result<ExportTraceServiceRequest, Problem> {
    let request = match encoding {
        Encoding::Protobuf => {
            ExportTraceServiceRequest::decode(bytes).map_err(|error| error.to_string())
        }
        Encoding::Json => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
    };
    let request =
        request.map_err(|error| unreadable(&format!("it is not an OTLP export: {error}")))?;
    let scopes = request.resource_spans.iter().flat_map(|it| &it.scope_spans);
    let mut spans = scopes.flat_map(|scope| &scope.spans);
    if spans.any(|span| span.trace_id.len() != 16 || span.span_id.len() != 8) {
        return Err(unreadable("a span has no valid ids"));
    }
    Ok(request)
}

fn too_large() -> Problem {
    Problem::from_status(StatusCode::PAYLOAD_TOO_LARGE).detail(format!(
        "an export may have {} MiB, unpacked",
        MAX_BYTES / 1024 / 1024
    ))
}

fn unsupported(field: &str, what: &str) -> Problem {
    Problem::from_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        .detail("spans come as OTLP over HTTP")
        .field(field, what)
}

fn unreadable(why: &str) -> Problem {
    let why: String = why.chars().filter(|c| !c.is_control()).take(300).collect();
    Problem::new(StatusCode::BAD_REQUEST, "unreadable_body")
        .detail(format!("the body cannot be read: {why}"))
}
