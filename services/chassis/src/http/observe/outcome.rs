//! What a service is told about how its requests end.

use std::fmt;
use std::sync::Arc;

use http::{Method, StatusCode};

/// How a request ended, for a service's own count of outcomes.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// The method.
    pub method: &'a Method,
    /// The pattern that matched; empty where none did.
    pub route: &'a str,
    /// The answer's status, 499 where the client left before it.
    pub status: StatusCode,
    /// The problem's code, where the answer is a problem.
    pub error_code: Option<&'static str>,
}

type Watch = dyn Fn(Outcome<'_>) + Send + Sync;

/// Is told how each request ended, whoever ended it: handler, time limit, panic or limit.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<Watch>>);

impl Observer {
    /// Calls `watch` once a request.
    pub fn new(watch: impl Fn(Outcome<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(watch)))
    }

    pub(super) fn tell(&self, outcome: Outcome<'_>) {
        if let Some(watch) = &self.0 {
            watch(outcome);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observer").field(&self.0.is_some()).finish()
    }
}
