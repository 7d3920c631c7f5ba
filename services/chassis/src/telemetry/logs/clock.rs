//! The time of a line. Lines of one second share all but their last digits, which are all that is
//! formatted anew.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// Formats the present, remembering the second that it formatted last.
#[derive(Debug, Default)]
pub(super) struct Clock {
    second: u64,
    text: String,
}

/// The length of `2026-01-31T12:00:01.`
const UP_TO_THE_FRACTION: usize = 20;

impl Clock {
    /// RFC 3339 in UTC with microseconds: `2026-01-31T12:00:01.250000Z`.
    pub(super) fn now(&mut self) -> &str {
        // A clock before 1970 says 1970.
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        self.at(since.as_secs(), since.subsec_micros())
    }

    fn at(&mut self, second: u64, micros: u32) -> &str {
        if self.text.is_empty() || self.second != second {
            self.second = second;
            self.text = up_to_the_fraction(second);
        }
        self.text.truncate(UP_TO_THE_FRACTION);
        let mut digits = *b"000000Z";
        let mut rest = micros;
        for digit in digits[..6].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.text.extend(digits.map(char::from));
        &self.text
    }
}

fn up_to_the_fraction(second: u64) -> String {
    let at = i64::try_from(second)
        .ok()
        .and_then(|second| OffsetDateTime::from_unix_timestamp(second).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = at.to_hms();
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::format_description::well_known::Rfc3339;

    #[test]
    fn a_time_is_rfc_3339_and_follows_the_clock() {
        let mut clock = Clock::default();
        for (second, micros, expected) in [
            (0, 0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400, 7, "2000-02-29T00:00:00.000007Z"),
            (951_782_400, 999_999, "2000-02-29T00:00:00.999999Z"),
            (951_782_401, 120_000, "2000-02-29T00:00:01.120000Z"),
        ] {
            assert_eq!(clock.at(second, micros), expected);
        }
        let now = OffsetDateTime::parse(clock.now(), &Rfc3339).expect("RFC 3339");
        assert!((OffsetDateTime::now_utc() - now).whole_seconds().abs() < 2);
    }
}
