//! How errors become answers, and how what can be wrong with a body is declared.

use std::collections::BTreeMap;

use chassis::Problem;
use chassis::problem::declared::declare;
use http::StatusCode;
use utoipa::IntoResponses;
use utoipa::openapi::RefOr;
use utoipa::openapi::response::Response;

use crate::order::Invalid;
use crate::store::StoreError;
use crate::store::writer::WriteError;

/// There is no order of this id.
pub(super) fn no_such_order() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "order_not_found").detail("there is no order of this id")
}

/// A store's failure, for `map_err`.
pub(super) fn store_failed(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(cause) => {
            Problem::unavailable("store_unavailable", cause).detail("orders cannot be reached now")
        }
        StoreError::Refused(cause) | StoreError::Unreadable(cause) => Problem::internal(cause),
    }
}

/// A writer's failure, for `map_err`.
pub(super) fn not_written(error: WriteError) -> Problem {
    match error {
        WriteError::Full => Problem::unavailable("writer_full", &error)
            .detail("more orders come in than can be stored"),
        WriteError::Closed => {
            Problem::unavailable("unavailable", &error).detail("the service is stopping")
        }
        WriteError::KeyTaken => Problem::new(StatusCode::CONFLICT, "idempotency_key_reused")
            .detail("this key was used for another order")
            .field("Idempotency-Key", "belongs to another request"),
        WriteError::Store(error) => store_failed(error),
    }
}

/// An order that is not valid, for `map_err`.
pub(super) fn invalid(invalid: Invalid) -> Problem {
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request")
        .detail(invalid.to_string());
    invalid.0.into_iter().fold(problem, |problem, wrong| {
        problem.field(wrong.field, wrong.message)
    })
}

/// What can be wrong with a body before it is looked at.
pub(super) struct Unreadable;

impl IntoResponses for Unreadable {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        declare([
            ("413", "The body is larger than 64 KiB", false),
            ("415", "The body is not `application/json`", false),
        ])
    }
}
