//! Answers that clients may keep, and ask about again.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::digest::digest;

/// Clients may use an answer for so long without asking; the facts change with a release.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// A value as JSON with its tag, or 304 where the client has the same already.
pub(super) fn answer<T: Serialize>(value: &T, headers: &HeaderMap) -> Response {
    // Strings and numbers always serialise.
    let json = serde_json::to_vec(value).unwrap_or_default();
    let etag = format!("\"{}\"", digest(&json));
    let known = is_known(&etag, headers);
    // Hexadecimal digits in quotes are always a valid value.
    let etag = HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\""));
    let caching = [(header::ETAG, etag), (header::CACHE_CONTROL, CACHE_CONTROL)];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, "application/json")], json).into_response()
}

/// Whether the client has what the tag stands for: a weak comparison, as RFC 9110 asks for.
fn is_known(etag: &str, headers: &HeaderMap) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// `If-None-Match`, declared. By hand: the derived declaration of a header that may be absent says
/// that it may also be null.
pub(super) struct TagHeader;

impl IntoParams for TagHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let parameter = ParameterBuilder::new()
            .name("If-None-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("An `ETag` that the client has"))
            .schema(Some(text));
        vec![parameter.build()]
    }
}
