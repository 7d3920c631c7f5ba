//! A length of time: `10s`, `1m30s`, `250ms`, `1h`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::decimal;

/// A length of time, exact to the nanosecond and at most [`Span::LONGEST`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Span(Duration);

/// Why a span was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpanError {
    /// Not numbers with units, largest unit first.
    #[error(
        "`{0}` is not a span of time: write numbers with h, m, s or ms, largest first, such as 10s, 1m30s or 250ms"
    )]
    Malformed(String),
    /// Over [`Span::LONGEST`].
    #[error("`{0}` is too long: at most {max}", max = Span::LONGEST)]
    TooLong(String),
}

/// Units, largest first, with their length in seconds.
const UNITS: [(&str, f64); 4] = [("h", 3600.0), ("m", 60.0), ("s", 1.0), ("ms", 0.001)];

impl Span {
    /// The longest span: a hundred days, the order of what nanoseconds in an `f64` count exactly.
    pub const LONGEST: Self = Self(Duration::from_hours(2400));

    /// The time itself.
    pub const fn get(self) -> Duration {
        self.0
    }

    /// The span `factor` times as long, kept between zero and [`Span::LONGEST`].
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let longest = Self::LONGEST.0.as_secs_f64();
        let seconds = (self.0.as_secs_f64() * factor).clamp(0.0, longest);
        // Only a factor that is not a number is left to fail; it is no time at all.
        Self(Duration::try_from_secs_f64(seconds).unwrap_or_default())
    }
}

impl TryFrom<Duration> for Span {
    type Error = SpanError;

    fn try_from(duration: Duration) -> Result<Self, SpanError> {
        if duration > Self::LONGEST.0 {
            return Err(SpanError::TooLong(Self(duration).to_string()));
        }
        Ok(Self(duration))
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let seconds = seconds(text).ok_or_else(|| SpanError::Malformed(text.to_owned()))?;
        if seconds > Self::LONGEST.0.as_secs_f64() {
            return Err(SpanError::TooLong(text.to_owned()));
        }
        Ok(Self(Duration::from_secs_f64(seconds)))
    }
}

/// The sum of the parts of `text`, or nothing where a part is no number with a unit or the units do
/// not get smaller.
fn seconds(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut sum = 0.0;
    loop {
        let number_ends = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, after) = rest.split_at(number_ends);
        let unit_ends = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_ends);
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        sum += decimal(number)? * length;
        if after.is_empty() {
            return Some(sum);
        }
        rest = after;
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let under_a_second = f64::from(self.0.subsec_nanos()) / 1e6;
        if self.0.is_zero() {
            return f.write_str("0s");
        }
        for (count, unit) in [
            (seconds / 3600, "h"),
            (seconds / 60 % 60, "m"),
            (seconds % 60, "s"),
        ] {
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        if under_a_second > 0.0 {
            write!(f, "{under_a_second}ms")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let part = |(unit, _)| format!(r"([0-9]+(\.[0-9]+)?{unit})?");
        let parts = UNITS.map(part).concat();
        json_schema!({
            "type": "string",
            "minLength": 2,
            "pattern": format!("^{parts}$"),
            "description": "A length of time: hours, minutes, seconds, milliseconds, largest first.",
            "examples": ["10s", "1m30s", "250ms", "1h"],
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_span_is_read_and_written_back() {
        for (text, millis) in [
            ("10s", 10_000),
            ("1m30s", 90_000),
            ("250ms", 250),
            ("1h", 3_600_000),
            ("1h2m3s4ms", 3_723_004),
            ("0s", 0),
        ] {
            let span: Span = text.parse().expect(text);
            assert_eq!(span.get(), Duration::from_millis(millis), "{text}");
            assert_eq!(span.to_string(), text);
        }
        assert_eq!(
            "1.5m".parse::<Span>().expect("decimal").to_string(),
            "1m30s"
        );
        assert_eq!("90s".parse::<Span>(), "1m30s".parse::<Span>());
    }

    #[test]
    fn what_is_not_a_span_is_refused_by_name() {
        for text in [
            "", "10", "s", "10d", "-1s", "1s1m", "1s1s", "1 s", "1e3s", "infs", "10sec", "1m30",
        ] {
            let error = text.parse::<Span>().expect_err(text);
            assert_eq!(error, SpanError::Malformed(text.to_owned()));
        }
        let error = "2401h".parse::<Span>().expect_err("over a hundred days");
        assert_eq!(error.to_string(), "`2401h` is too long: at most 2400h");
    }

    #[test]
    fn scaling_never_leaves_the_range() {
        let span: Span = "1m".parse().expect("a minute");
        assert_eq!(span.scaled(1.5).to_string(), "1m30s");
        assert_eq!(span.scaled(f64::INFINITY), Span::LONGEST);
        assert_eq!(span.scaled(-1.0), Span::default());
        assert_eq!(span.scaled(f64::NAN), Span::default());
    }

    proptest! {
        #[test]
        fn writing_and_reading_gives_the_same_span(nanos in 0..8_000_000_000_000_000_u64) {
            let span = Span(Duration::from_nanos(nanos));
            let again: Span = span.to_string().parse().expect("what is written can be read");
            prop_assert_eq!(again, span);
        }
    }
}
