//! What a store can fail with, by what is to be done about it.

use std::error::Error;

use sqlx::error::ErrorKind;

/// Why a store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It does not answer, or is not able to: later it may. Whether a write was done is not known.
    #[error("the database does not do its work: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// It refuses what was to be written, and has written nothing.
    #[error("the database refuses the data: {0}")]
    Refused(#[source] sqlx::Error),
    /// What it holds makes no sense to this version of the service.
    #[error("the database holds what cannot be read: {0}")]
    Unreadable(#[source] sqlx::Error),
}

impl StoreError {
    /// It took longer than it may.
    pub fn timed_out() -> Self {
        sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if is_about_the_data(database.as_ref()) => {
                Self::Refused(error)
            }
            sqlx::Error::Encode(_) => Self::Refused(error),
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::TypeNotFound { .. } => Self::Unreadable(error),
            _ => Self::Unavailable(error),
        }
    }
}

/// A broken constraint, or `SQLSTATE` class 22, a value that does not fit.
fn is_about_the_data(error: &dyn sqlx::error::DatabaseError) -> bool {
    !matches!(error.kind(), ErrorKind::Other)
        || error
            .code()
            .is_some_and(|code| code.len() == 5 && code.starts_with("22"))
}

/// What the database holds makes no sense.
pub(super) fn unreadable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(cause.into())
}
