//! How errors become answers.

use chassis::Problem;
use http::StatusCode;

use crate::store::StoreError;

/// There is no vehicle of this name.
pub(super) fn no_such_vehicle() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "vehicle_not_found")
        .detail("there is no vehicle of this name")
}

/// A store's failure, for `map_err`.
pub(super) fn store_failed(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(cause) => {
            Problem::unavailable("store_unavailable", cause).detail("history cannot be reached now")
        }
        StoreError::Refused(cause) | StoreError::Unreadable(cause) => Problem::internal(cause),
    }
}
