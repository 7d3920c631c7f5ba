//! Figures in words.

use time::OffsetDateTime;
use time::macros::format_description;

/// What stands where there is no figure.
pub(super) const NONE: &str = "–";

/// A narrow space that does not break: between groups of digits, and before a unit.
const THIN: char = '\u{202f}';

/// A length of time, for people: `12.3 s`, `2 min 5 s`.
pub(super) fn seconds(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NONE.to_owned();
    }
    if seconds.abs() < 120.0 {
        return format!("{seconds:.1}{THIN}s");
    }
    let whole = seconds.round();
    let (minutes, rest) = ((whole / 60.0).trunc(), whole % 60.0);
    if rest == 0.0 {
        format!("{minutes}{THIN}min")
    } else {
        format!("{minutes}{THIN}min {rest}{THIN}s")
    }
}

/// A length of time that may be missing.
pub(super) fn maybe_seconds(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), seconds)
}

/// A short length of time: `0.42 ms`, `128 ms`, `1.25 s`.
pub(super) fn millis(millis: f64) -> String {
    match millis {
        ms if !ms.is_finite() => NONE.to_owned(),
        ms if ms < 10.0 => format!("{ms:.2}{THIN}ms"),
        ms if ms < 1000.0 => format!("{ms:.0}{THIN}ms"),
        ms => format!("{:.2}{THIN}s", ms / 1000.0),
    }
}

/// A count with its digits in groups of three.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(THIN);
        }
        grouped.push(digit);
    }
    grouped
}

/// A share of a whole, in percent; nothing of nothing is no share.
pub(super) fn share(part: u64, whole: u64) -> String {
    match (part, whole) {
        (_, 0) => NONE.to_owned(),
        (0, _) => format!("0{THIN}%"),
        _ => format!("{:.1}{THIN}%", part as f64 / whole as f64 * 100.0),
    }
}

/// A moment, in UTC.
pub(super) fn utc(moment: OffsetDateTime) -> String {
    moment
        .to_offset(time::UtcOffset::UTC)
        .format(format_description!(
            "[year]-[month]-[day] [hour]:[minute]:[second] UTC"
        ))
        .unwrap_or_else(|_| NONE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(seconds(12.34), "12.3\u{202f}s");
        assert_eq!(seconds(119.99), "120.0\u{202f}s");
        assert_eq!(seconds(125.2), "2\u{202f}min 5\u{202f}s");
        assert_eq!(seconds(179.9), "3\u{202f}min");
        assert_eq!(seconds(f64::NAN), NONE);
        assert_eq!(maybe_seconds(None), NONE);
        assert_eq!(millis(0.424), "0.42\u{202f}ms");
        assert_eq!(millis(127.6), "128\u{202f}ms");
        assert_eq!(millis(1250.0), "1.25\u{202f}s");
        assert_eq!(utc(OffsetDateTime::UNIX_EPOCH), "1970-01-01 00:00:00 UTC");
    }

    #[test]
    fn counts() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(share(1, 8), "12.5\u{202f}%");
        assert_eq!(share(0, 8), "0\u{202f}%");
        assert_eq!(share(0, 0), NONE);
    }
}
