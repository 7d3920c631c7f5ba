//! How often something happens: `10000/h`, `300/m`, `2.5/s`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::decimal;

/// Events per time. Keeps the unit it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    count: f64,
    per: Per,
}

/// The time that a rate is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// `/s`
    Second,
    /// `/m`
    Minute,
    /// `/h`
    Hour,
}

/// Why a rate was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RateError {
    /// Not a number and a unit.
    #[error("`{0}` is not a rate: write a number, a slash and s, m or h, such as 10000/h or 2.5/s")]
    Malformed(String),
    /// Below zero or not finite.
    #[error("{0} is not a rate: it must be zero or more")]
    OutOfRange(String),
    /// Over [`Rate::HIGHEST_PER_SECOND`].
    #[error("`{0}` is too high a rate: at most {max}/s", max = Rate::HIGHEST_PER_SECOND)]
    TooHigh(String),
}

impl Rate {
    /// The highest rate that can be written, per second.
    pub const HIGHEST_PER_SECOND: f64 = 100_000.0;

    /// `count` events in each `per`. Fails below zero, for NaN and over the highest rate.
    pub fn new(count: f64, per: Per) -> Result<Self, RateError> {
        if !count.is_finite() || count < 0.0 {
            return Err(RateError::OutOfRange(count.to_string()));
        }
        let rate = Self { count, per };
        if rate.per_second() > Self::HIGHEST_PER_SECOND {
            return Err(RateError::TooHigh(rate.to_string()));
        }
        Ok(rate)
    }

    /// Events per second.
    pub fn per_second(self) -> f64 {
        self.count / self.per.seconds()
    }
}

impl Per {
    const fn seconds(self) -> f64 {
        match self {
            Self::Second => 1.0,
            Self::Minute => 60.0,
            Self::Hour => 3600.0,
        }
    }

    const fn letter(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "h",
        }
    }

    fn from_letter(letter: &str) -> Option<Self> {
        [Self::Second, Self::Minute, Self::Hour]
            .into_iter()
            .find(|per| per.letter() == letter)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (count, per) = text
            .split_once('/')
            .and_then(|(count, per)| Some((decimal(count)?, Per::from_letter(per)?)))
            .ok_or_else(|| RateError::Malformed(text.to_owned()))?;
        Self::new(count, per)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.per.letter())
    }
}

impl TryFrom<String> for Rate {
    type Error = RateError;

    fn try_from(text: String) -> Result<Self, RateError> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^[0-9]+(\.[0-9]+)?/[smh]$",
            "description": "Events per second, minute or hour, at most 100000/s.",
            "examples": ["10000/h", "300/m", "2.5/s"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_per_second_whatever_it_is_written_in() {
        for (text, per_second) in [
            ("3600/h", 1.0),
            ("300/m", 5.0),
            ("50/s", 50.0),
            ("2.5/s", 2.5),
            ("0/s", 0.0),
            ("100000/s", 100_000.0),
        ] {
            let rate: Rate = text.parse().expect(text);
            assert!((rate.per_second() - per_second).abs() < 1e-12, "{text}");
            assert_eq!(rate.to_string(), text);
        }
    }

    #[test]
    fn what_is_not_a_rate_is_refused_by_name() {
        for text in [
            "", "5", "5/", "/s", "5/d", "-1/s", "NaN/s", "inf/h", "1e3/s", " 5/s", "5 /s", "+5/s",
            ".5/s", "5./s",
        ] {
            let error = text.parse::<Rate>().expect_err(text);
            assert_eq!(error, RateError::Malformed(text.to_owned()));
        }
        let error = "100001/s".parse::<Rate>().expect_err("over the limit");
        assert_eq!(
            error.to_string(),
            "`100001/s` is too high a rate: at most 100000/s"
        );
        assert!(Rate::new(f64::NAN, Per::Second).is_err());
        assert!(Rate::new(-0.1, Per::Hour).is_err());
    }
}
