//! What a store can fail with, by what is to be done about it.

use std::error::Error;

/// Why a store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It does not answer, or is not able to: later it may. Whether a write was done is not known.
    #[error("the database does not do its work: {0}")]
    Unavailable(sqlx::Error),
    /// What it holds makes no sense to this version of the service.
    #[error("the database holds what cannot be read: {0}")]
    Unreadable(sqlx::Error),
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
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::TypeNotFound { .. } => Self::Unreadable(error),
            _ => Self::Unavailable(error),
        }
    }
}

/// What the database holds makes no sense.
pub(super) fn unreadable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(cause.into())
}

/// What is to be written cannot be brought into the database's form.
pub(super) fn unwritable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Encode(cause.into())
}
