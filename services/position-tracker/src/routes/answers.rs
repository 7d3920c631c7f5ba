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

use crate::store::StoreError;
use crate::stream::NoStream;

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

/// A stream that a client does not get, for `map_err`.
pub(super) fn no_stream(why: NoStream) -> Problem {
    let code = match why {
        NoStream::TooMany => "too_many_streams",
        NoStream::Stopping => "unavailable",
    };
    Problem::unavailable(code, why).detail(why.to_string())
}

/// What the middleware can answer on every route.
pub(super) struct Everywhere;

impl IntoResponses for Everywhere {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let declared = [
            ("429", "Too many requests from this address", true),
            ("500", "The service is at fault", false),
            (
                "503",
                "Something the service needs does not answer, or it has too much to do",
                true,
            ),
            ("default", "Any other error", false),
        ];
        declared
            .into_iter()
            .map(|(status, description, retry)| {
                (status.to_owned(), RefOr::T(problem(description, retry)))
            })
            .collect()
    }
}

/// `retry`: whether the answer says when to try again.
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
