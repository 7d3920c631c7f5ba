//! Error answers in an API's document.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::header::Header;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

use super::CONTENT_TYPE;

/// What the middleware can answer on every route.
#[derive(Clone, Copy, Debug)]
pub struct Everywhere;

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

/// Problems by status and description; the last says whether the answer tells when to try again.
pub fn declare<const N: usize>(
    answers: [(&str, &str, bool); N],
) -> BTreeMap<String, RefOr<Response>> {
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
