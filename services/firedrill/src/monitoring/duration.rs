//! Durations as Prometheus and Alertmanager write them: `1h30m`, `15s`, `800ms`, `0s`.

use std::fmt::Write as _;
use std::time::Duration;

/// Units from the largest to the smallest, with their milliseconds.
const UNITS: [(&str, u64); 7] = [
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Why a duration was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DurationError {
    /// It is none.
    #[error("`{0}` is not a duration like 15s, 5m or 1h30m")]
    Malformed(String),
    /// It would have to be rounded, and the two speeds would not be the same rules.
    #[error("`{0}` divided by {1} is not a whole number of milliseconds")]
    Indivisible(String, u32),
}

/// Reads a duration: numbers with units, each unit at most once, the largest first.
pub(super) fn parse(text: &str) -> Result<Duration, DurationError> {
    let malformed = || DurationError::Malformed(text.to_owned());
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut total: u64 = 0;
    if rest.is_empty() {
        return Err(malformed());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(letters);
        let count: u64 = number.parse().map_err(|_| malformed())?;
        let (_, millis) = units
            .find(|(name, _)| *name == unit)
            .ok_or_else(malformed)?;
        total = count
            .checked_mul(*millis)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(malformed)?;
        rest = tail;
    }
    Ok(Duration::from_millis(total))
}

/// Writes a duration in the fewest units that are exact, hours being the largest.
pub(super) fn format(duration: Duration) -> String {
    let mut millis = duration.as_millis();
    let mut text = String::new();
    for (name, unit) in UNITS.iter().skip(3) {
        let unit = u128::from(*unit);
        if millis >= unit {
            // Writing into a String cannot fail.
            let _ = write!(text, "{}{name}", millis / unit);
            millis %= unit;
        }
    }
    if text.is_empty() {
        text.push_str("0s");
    }
    text
}

/// Divides without a remainder, or not at all.
pub(super) fn divide(duration: Duration, divisor: u32) -> Result<Duration, DurationError> {
    let divided = duration / divisor;
    if divided * divisor == duration && divided.subsec_nanos().is_multiple_of(1_000_000) {
        Ok(divided)
    } else {
        Err(DurationError::Indivisible(format(duration), divisor))
    }
}

/// Reads, divides and writes a duration.
pub(super) fn divide_text(text: &str, divisor: u32) -> Result<String, DurationError> {
    Ok(format(divide(parse(text)?, divisor)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_and_writes() {
        for (text, millis, written) in [
            ("0s", 0, "0s"),
            ("800ms", 800, "800ms"),
            ("15s", 15_000, "15s"),
            ("90s", 90_000, "1m30s"),
            ("1h30m", 5_400_000, "1h30m"),
            ("1d", 86_400_000, "24h"),
        ] {
            let duration = parse(text).expect(text);
            assert_eq!(duration, Duration::from_millis(millis), "{text}");
            assert_eq!(format(duration), written);
        }
    }

    #[test]
    fn refuses_what_prometheus_refuses() {
        for text in [
            "",
            "15",
            "s",
            "1.5s",
            "5 m",
            "-5m",
            "1m1h",
            "1s1s",
            "8MB",
            "99999999999999y",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn divides_only_what_divides() {
        assert_eq!(divide_text("12s", 15).as_deref(), Ok("800ms"));
        assert_eq!(divide_text("0s", 15).as_deref(), Ok("0s"));
        assert_eq!(
            divide_text("10s", 15),
            Err(DurationError::Indivisible("10s".into(), 15))
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(millis in 0_u64..10_000_000_000) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(parse(&format(duration)), Ok(duration));
        }
    }
}
