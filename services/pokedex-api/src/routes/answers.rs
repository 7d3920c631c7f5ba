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

/// There is no such Pokémon.
pub(super) fn no_such_pokemon() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "pokemon_not_found").detail("there is no such Pokémon")
}

/// A store's failure, for `map_err`.
pub(super) fn store_failed(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(cause) => Problem::unavailable("store_unavailable", cause)
            .detail("the Pokémon cannot be reached now"),
        StoreError::Unreadable(cause) => Problem::internal(cause),
    }
}

/// What the middleware can answer on every route.
pub(super) struct Everywhere;

impl IntoResponses for Everywhere {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        [
            ("429", "Too many requests from this address", true),
            ("500", "The service is at fault", false),
            (
                "503",
                "The database does not answer, or the service has too much to do",
                true,
            ),
            ("default", "Any other error", false),
        ]
        .into_iter()
        .map(|(status, description, retry)| {
            (status.to_owned(), RefOr::T(problem(description, retry)))
        })
        .collect()
    }
}

/// A problem; `retry`: whether it says when to try again.
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
