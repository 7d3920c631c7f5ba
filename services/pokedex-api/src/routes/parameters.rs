//! Parameters. A wrong one is 400 and named.

use chassis::Problem;
use http::StatusCode;

use super::answers::no_such_pokemon;
use crate::name::MAX_CHARACTERS;

/// Pokémon of one page, if the client does not say.
pub(super) const DEFAULT_LIMIT: u32 = 20;

/// Pokémon of one page, at most.
const MAX_LIMIT: u32 = 100;

fn wrong(name: &str, message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_parameter")
        .detail("a parameter of the request is not valid")
        .field(name, message)
}

/// A whole number as we write it: without a sign, and without zeros in front.
fn is_number(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit())
}

/// A national number. One that is too high for any Pokémon is a number all the same.
pub(super) fn id(text: &str) -> Result<u16, Problem> {
    if !is_number(text) {
        return Err(wrong("id", "must be a national number, such as 25"));
    }
    text.parse().map_err(|_| no_such_pokemon())
}

/// A name, or a part of one.
pub(super) fn name(text: &str) -> Result<&str, Problem> {
    if !(1..=MAX_CHARACTERS).contains(&text.chars().count()) {
        let message = format!("must have 1 to {MAX_CHARACTERS} characters");
        return Err(wrong("name", message));
    }
    if text.contains(char::is_control) {
        return Err(wrong("name", "must hold no control characters"));
    }
    Ok(text)
}

/// The number that a cursor stands behind.
pub(super) fn after(cursor: &str) -> Result<u16, Problem> {
    is_number(cursor)
        .then(|| cursor.parse().ok())
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
