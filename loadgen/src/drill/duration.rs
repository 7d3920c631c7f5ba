//! Durations as Prometheus and Alertmanager write them: `1h30m`, `4s`, `250ms`, `1d`.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// Units with their length in seconds.
const UNITS: [(&str, f64); 7] = [
    ("y", 365.0 * 86_400.0),
    ("w", 7.0 * 86_400.0),
    ("d", 86_400.0),
    ("h", 3600.0),
    ("m", 60.0),
    ("s", 1.0),
    ("ms", 0.001),
];

/// The duration, or nothing where the text is none. `0` is a duration without a unit.
pub fn parse(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let number: f64 = rest[..unit_at].parse().ok()?;
        let after = &rest[unit_at..];
        let unit_ends = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (_, length) = UNITS
            .iter()
            .find(|(unit, _)| *unit == &after[..unit_ends])?;
        seconds += number * length;
        rest = &after[unit_ends..];
    }
    (!text.is_empty())
        .then(|| Duration::try_from_secs_f64(seconds).ok())
        .flatten()
}

/// For `#[serde(deserialize_with)]`.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a duration")))
}

/// For people: `250 ms`, `4.5 s`, `61 s`.
pub fn show(seconds: f64) -> String {
    if seconds != 0.0 && seconds.abs() < 1.0 {
        return format!("{:.0} ms", seconds * 1e3);
    }
    let tenths = (seconds * 10.0).round() / 10.0;
    format!("{tenths} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_prometheus_are_read() {
        for (text, millis) in [
            ("15s", 15_000),
            ("1m", 60_000),
            ("1h30m", 5_400_000),
            ("250ms", 250),
            ("0s", 0),
            ("0", 0),
            ("1d", 86_400_000),
            ("1m4s", 64_000),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "5", "s", "5x", "1m5", "-1s"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_are_shown_for_people() {
        for (seconds, shown) in [
            (0.0, "0 s"),
            (0.25, "250 ms"),
            (4.0, "4 s"),
            (4.54, "4.5 s"),
            (61.0, "61 s"),
        ] {
            assert_eq!(show(seconds), shown);
        }
    }
}
