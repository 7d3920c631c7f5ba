//! Extractors whose rejections are problems that name the field.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::IntoResponse;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::Problem;

/// A JSON body. Unlike axum's own it names the field that is wrong.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// Path parameters.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// Query parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::from_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
                .detail("the body must be JSON")
                .field("Content-Type", "must be application/json"));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(unreadable)?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            wrong_body(&path, error.inner())
        })?;
        json.end().map_err(|error| wrong_body(".", &error))?;
        Ok(Self(value))
    }
}

/// `application/json`, with any parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return false;
    };
    let Ok(text) = value.to_str() else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn unreadable(rejection: BytesRejection) -> Problem {
    let status = rejection.into_response().status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::from_status(status).detail("the body is larger than this service takes")
    } else {
        Problem::new(StatusCode::BAD_REQUEST, "unreadable_body")
            .detail("the body ended early or could not be read")
    }
}

/// Malformed JSON is 400; JSON of the wrong shape is 422.
fn wrong_body(path: &str, error: &serde_json::Error) -> Problem {
    let message = plain(&error.to_string());
    if error.is_data() {
        let field = if path == "." { "body" } else { path };
        Problem::invalid(plain(field), message)
    } else {
        Problem::new(StatusCode::BAD_REQUEST, "malformed_json")
            .detail("the body is not JSON")
            .field("body", message)
    }
}

/// The library's text without control characters, which a client may have put into a field's name.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(300)
        .collect()
}

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|rejection| wrong_path(&rejection))
    }
}

fn wrong_path(rejection: &PathRejection) -> Problem {
    if rejection.status().is_server_error() {
        // The route has no such part: our mistake, not the client's.
        return Problem::internal(rejection.body_text());
    }
    Problem::new(StatusCode::BAD_REQUEST, "bad_path")
        .detail("the path has a part that is not valid")
        .field("path", plain(&rejection.body_text()))
}

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| wrong_query(&rejection))
    }
}

fn wrong_query(rejection: &QueryRejection) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_query")
        .detail("the query string has a parameter that is not valid")
        .field("query", plain(&rejection.body_text()))
}
