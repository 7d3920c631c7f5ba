//! Who may start and stop drills.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use chassis::problem::Problem;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

/// The token that is asked for, if any.
#[derive(Clone, Debug, Default)]
pub struct Access(Option<SecretString>);

impl Access {
    /// An empty token is none.
    pub fn new(token: Option<SecretString>) -> Self {
        Self(token.filter(|token| !token.expose_secret().is_empty()))
    }

    fn allows(&self, headers: &HeaderMap) -> bool {
        self.0.as_ref().is_none_or(|token| {
            // In a time that tells nothing about where the two differ.
            bearer(headers).is_some_and(|given| {
                given
                    .as_bytes()
                    .ct_eq(token.expose_secret().as_bytes())
                    .into()
            })
        })
    }
}

/// Lets those pass who may.
pub async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    if access.allows(request.headers()) {
        return next.run(request).await;
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized");
    let mut response = problem
        .detail("the bearer token is missing or wrong")
        .into_response();
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
