//! `GET /menu`: the same bytes for everybody, made once.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use contracts::Menu;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{AppState, parameters};
use crate::order;
use chassis::problem::Everywhere;

/// Clients may use the menu for so long without asking; prices change with a release.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// The menu as it is sent.
#[derive(Debug)]
pub struct MenuPage {
    json: Bytes,
    etag: HeaderValue,
}

impl MenuPage {
    pub(super) fn render() -> Self {
        // Strings and numbers always serialise.
        let json = serde_json::to_vec(&order::menu::menu()).unwrap_or_default();
        let etag = format!("\"{:016x}\"", fnv1a(&json));
        Self {
            // Hexadecimal digits in quotes are always a valid value.
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
            json: json.into(),
        }
    }

    /// Whether the client has these bytes: a weak comparison, as RFC 9110 asks for.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag)
    }
}

/// A hash that is the same in every process and version: the tag survives a restart.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The menu
///
/// What there is, and what it costs.
#[utoipa::path(
    get,
    path = "/menu",
    tag = "menu",
    params(parameters::TagHeader),
    responses(
        (
            status = 200,
            description = "The menu",
            body = Menu,
            headers(
                ("ETag" = String, description = "Changes with the menu"),
                ("Cache-Control" = String, description = "How long the menu may be used without asking"),
            )
        ),
        (status = 304, description = "The client has it already"),
        Everywhere,
    )
)]
pub(super) async fn get_menu(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let caching = [
        (header::ETAG, app.menu.etag.clone()),
        (header::CACHE_CONTROL, CACHE_CONTROL),
    ];
    if app.menu.is_known(&headers) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    (caching, json, app.menu.json.clone()).into_response()
}
