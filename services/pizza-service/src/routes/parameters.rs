//! Parameters outside the body. A wrong one is 400 and named.

use chassis::Problem;
use contracts::OrderStatus;
use http::{HeaderMap, HeaderName, StatusCode};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use uuid::Uuid;

use crate::order::IdempotencyKey;
use crate::order::key::MAX_CHARACTERS;

/// Orders of one page, if the client does not say.
pub(super) const DEFAULT_LIMIT: u32 = 20;

/// Orders of one page, at most.
pub(super) const MAX_LIMIT: u32 = 100;

pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

fn wrong(name: &str, message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_parameter")
        .detail("a parameter of the request is not valid")
        .field(name, message)
}

/// An order's id, in the one form that we hand out.
pub(super) fn id(text: &str) -> Result<Uuid, Problem> {
    const HYPHENATED: usize = uuid::fmt::Hyphenated::LENGTH;
    (text.len() == HYPHENATED)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
        .ok_or_else(|| wrong("id", "must be a UUID"))
}

/// The cursor behind an order: clients only pass it on.
pub(super) fn cursor_after(id: Uuid) -> String {
    id.simple().to_string()
}

/// The order that a cursor stands behind.
pub(super) fn after(cursor: &str) -> Result<Uuid, Problem> {
    const SIMPLE: usize = uuid::fmt::Simple::LENGTH;
    let ours = cursor.len() == SIMPLE
        && cursor
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    ours.then(|| Uuid::try_parse(cursor).ok())
        .flatten()
        .ok_or_else(|| wrong("after", "must be `next` of an earlier page"))
}

pub(super) fn limit(text: &str) -> Result<u32, Problem> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| wrong("limit", format!("must be from 1 to {MAX_LIMIT}")))
}

pub(super) fn status(word: &str) -> Result<OrderStatus, Problem> {
    OrderStatus::from_word(word).ok_or_else(|| {
        let words = OrderStatus::ALL.map(OrderStatus::as_str).join(", ");
        wrong("status", format!("must be one of {words}"))
    })
}

/// The client's word for this attempt, if it has one.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    IdempotencyKey::parse(value.as_bytes())
        .filter(|_| values.next().is_none())
        .map(Some)
        .ok_or_else(|| {
            wrong(
                "Idempotency-Key",
                "must be 1 to 64 visible ASCII characters, once",
            )
        })
}

/// `Idempotency-Key`, declared. By hand, as are other headers: the derived declaration of one that
/// may be absent says that it may also be null.
pub(super) struct KeyHeader;

impl IntoParams for KeyHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX_CHARACTERS))
            .pattern(Some("^[!-~]+$"));
        let description = "The client's word for this attempt, such as a UUID";
        vec![header("Idempotency-Key", description, text)]
    }
}

/// `If-None-Match`, declared.
pub(super) struct TagHeader;

impl IntoParams for TagHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        vec![header(
            "If-None-Match",
            "An `ETag` that the client has",
            text,
        )]
    }
}

fn header(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(utoipa::openapi::Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
