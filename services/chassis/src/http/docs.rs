//! `/openapi.json`, and `/docs`: the same document as a page, made here, without a script and
//! without anything from elsewhere.

use std::fmt::Write as _;

use axum::Router;
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use utoipa::openapi::OpenApi;

mod page;

/// A page may load its style sheet, and nothing else.
const POLICY: (HeaderName, HeaderValue) = (
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static(page::CONTENT_SECURITY_POLICY),
);

/// The routes. They do not appear in the document themselves.
pub fn router(api: &OpenApi) -> Router {
    // A document of strings and numbers always serialises.
    let value = serde_json::to_value(api).unwrap_or_default();
    let json = Bytes::from(format!("{value:#}\n"));
    let html = Bytes::from(page::render(&value));
    let style = Bytes::from_static(page::STYLE.as_bytes());
    Router::new()
        .route("/openapi.json", file("application/json", json))
        .route("/docs", file("text/html; charset=utf-8", html))
        .route("/docs.css", file("text/css; charset=utf-8", style))
}

/// A route that always answers the same.
fn file(media_type: &'static str, content: Bytes) -> MethodRouter {
    get(async move || {
        (
            [
                POLICY,
                (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
            ],
            content.clone(),
        )
    })
}

/// Text for HTML.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => {
                // Writing into memory does not fail.
                let _ = safe.write_char(c);
            }
        }
    }
    safe
}
