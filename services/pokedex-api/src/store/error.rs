//! What a store can fail with, by what is to be done about it.

/// Why a store did not say what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It does not answer, or is not able to: later it may.
    #[error("the database does not do its work: {0}")]
    Unavailable(sqlx::Error),
    /// What it holds makes no sense to this version of the service.
    #[error("the database holds what cannot be read: {0}")]
    Unreadable(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::TypeNotFound { .. } => Self::Unreadable(error),
            _ => Self::Unavailable(error),
        }
    }
}
