//! Query parameters. A wrong one is 400 and named.

use chassis::Problem;
use http::StatusCode;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::sighting::in_microseconds;

/// Positions of one page, if the client does not say.
pub(super) const DEFAULT_LIMIT: u32 = 100;

/// Positions of one page, at most.
pub(super) const MAX_LIMIT: u32 = 1000;

fn wrong(name: &str, message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_parameter")
        .detail("a parameter of the request is not valid")
        .field(name, message)
}

/// A moment, rounded up to the microseconds that positions have: no position before it is shown.
pub(super) fn since(text: &str) -> Result<OffsetDateTime, Problem> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        wrong(
            "since",
            "must be an RFC 3339 time, such as 2026-01-31T12:00:00Z, its `+` encoded as %2B",
        )
    })?;
    let rounded = in_microseconds(moment);
    if rounded == moment {
        return Ok(rounded);
    }
    Ok(rounded.saturating_add(Duration::microseconds(1)))
}

/// The cursor of a page that begins at a position: no two of one vehicle are of the same moment.
pub(super) fn cursor_at(moment: OffsetDateTime) -> String {
    // Positions of years that have no four digits are not stored.
    moment.format(&Rfc3339).unwrap_or_default()
}

pub(super) fn limit(text: &str) -> Result<u32, Problem> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| wrong("limit", format!("must be from 1 to {MAX_LIMIT}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_moment_between_two_positions_is_the_later_one() {
        for (text, moment) in [
            (
                "2026-01-31T12:00:00.0000001Z",
                datetime!(2026-01-31 12:00:00.000_001 UTC),
            ),
            (
                "2026-01-31T14:00:00.000001+02:00",
                datetime!(2026-01-31 12:00:00.000_001 UTC),
            ),
            ("0000-01-01T00:00:00Z", datetime!(0000-01-01 0:00 UTC)),
        ] {
            assert_eq!(since(text).expect("a moment"), moment, "{text}");
        }
        assert!(since("9999-12-31T23:59:59.999999999Z").is_ok());
    }

    #[test]
    fn a_cursor_is_a_moment() {
        let moment = datetime!(2026-01-31 12:00:00.000_001 UTC);
        assert_eq!(since(&cursor_at(moment)).expect("a moment"), moment);
    }
}
