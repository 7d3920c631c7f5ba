//! Who may start and stop drills.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use chassis::http::bearer;
use secrecy::{ExposeSecret as _, SecretString};

/// The token that is asked for, if any.
#[derive(Clone, Debug, Default)]
pub struct Access(Option<SecretString>);

impl Access {
    /// An empty token is none.
    pub fn new(token: Option<SecretString>) -> Self {
        Self(token.filter(|token| !token.expose_secret().is_empty()))
    }
}

/// Lets those pass who may.
pub async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    match &access.0 {
        Some(token) if !bearer::carries(request.headers(), token) => bearer::refusal(),
        _ => next.run(request).await,
    }
}
