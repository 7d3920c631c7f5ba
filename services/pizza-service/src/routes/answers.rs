//! How errors become answers, and how the answers that every route can give are declared.

use std::collections::BTreeMap;

use chassis::Problem;
use chassis::problem::CONTENT_TYPE;
use http::StatusCode;
use utoipa::IntoResponses;
use utoipa::openapi::header::Header;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

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

/// What the middleware can answer on every route.
pub(super) struct Everywhere;

impl IntoResponses for Everywhere {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        declare([
            ("429", "Too many requests from this address", true),
            ("500", "The service is at fault", false),
            (
                "503",
                "Something the service needs does not answer, or it has too much to do",
                true,
            ),
            ("default", "Any other error", false),
        ])
    }
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

/// Status, description, and whether the answer says when to try again.
fn declare<const N: usize>(answers: [(&str, &str, bool); N]) -> BTreeMap<String, RefOr<Response>> {
    answers
        .into_iter()
        .map(|(status, description, retry)| {
            (status.to_owned(), RefOr::T(problem(description, retry)))
        })
        .collect()
}

fn problem(description: &str, retry: bool) -> Response {
    let body = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = ResponseBuilder::new()
        .description(description)
        .content(CONTENT_TYPE, body);
    if retry {
        response.header("Retry-After", seconds()).build()
    } else {
        response.build()
    }
}

fn seconds() -> Header {
    let mut header = Header::new(
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .minimum(Some(1)),
    );
    header.description = Some("Seconds after which to try again".to_owned());
    header
}
