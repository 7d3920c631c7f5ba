//! Why a call did not bring what was asked for.

use std::error::Error;
use std::fmt::Write as _;

use http::StatusCode;

/// Why a neighbour did not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It did not answer within the limit.
    #[error("no answer within the time limit")]
    Timeout,
    /// It cannot be connected to, or the connection broke.
    #[error("not reachable: {0}")]
    Unreachable(String),
    /// It answered with a status that is not a success. Redirects are not followed.
    #[error("answered {0}")]
    Status(StatusCode),
    /// Its answer is not the JSON that was expected, or too large.
    #[error("answer not readable: {0}")]
    Unreadable(String),
}

impl CallError {
    /// A broken connection, with all that is known about why.
    pub(super) fn unreachable(error: &(dyn Error + 'static)) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            // Writing into memory does not fail.
            let _ = write!(text, ": {error}");
            cause = error.source();
        }
        Self::Unreachable(text)
    }
}
