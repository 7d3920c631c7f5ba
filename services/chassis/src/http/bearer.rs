//! Bearer tokens (RFC 6750): whether a request carries the right one, and the answer where it does not.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use crate::problem::Problem;

/// Whether these headers carry this token. Takes a time that tells nothing about where the two differ.
pub fn carries(headers: &HeaderMap, token: &SecretString) -> bool {
    given(headers).is_some_and(|given| {
        let token = token.expose_secret();
        given.as_bytes().ct_eq(token.as_bytes()).into()
    })
}

/// 401, with what is asked for.
pub fn refusal() -> Response {
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized");
    let mut response = problem
        .detail("the bearer token is missing or wrong")
        .into_response();
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn given(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
