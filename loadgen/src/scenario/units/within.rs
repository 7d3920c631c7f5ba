//! A time limit: `auto`, or a span.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{Span, SpanError};

/// The word that stands for [`Within::Auto`].
const AUTO: &str = "auto";

/// A time limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Within {
    /// Computed from the live scrape and evaluation intervals, the rule's window and `for`, and
    /// Alertmanager's grouping.
    #[default]
    Auto,
    /// A fixed one, at demo speed.
    Fixed(Span),
}

impl Within {
    /// The limit `factor` times as long; a computed one stays computed.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Auto => Self::Auto,
            Self::Fixed(span) => Self::Fixed(span.scaled(factor)),
        }
    }
}

impl FromStr for Within {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        if text == AUTO {
            return Ok(Self::Auto);
        }
        text.parse().map(Self::Fixed)
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str(AUTO),
            Self::Fixed(span) => span.fmt(f),
        }
    }
}

impl TryFrom<String> for Within {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Within> for String {
    fn from(within: Within) -> Self {
        within.to_string()
    }
}

impl JsonSchema for Within {
    fn schema_name() -> Cow<'static, str> {
        "Within".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A time limit: a span at demo speed, or `auto` to have it computed from the live monitoring.",
            "anyOf": [{ "const": AUTO }, generator.subschema_for::<Span>()],
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn a_limit_is_the_word_auto_or_a_span() {
        assert_eq!(
            from_value::<Within>(json!("auto")).expect("auto"),
            Within::Auto
        );
        let minute: Within = from_value(json!("1m")).expect("a span");
        assert_eq!(to_value(minute).expect("written"), json!("1m"));
        assert_eq!(to_value(minute.scaled(2.0)).expect("written"), json!("2m"));
        assert_eq!(
            to_value(Within::Auto.scaled(2.0)).expect("written"),
            json!("auto")
        );
        let error = from_value::<Within>(json!("soon")).expect_err("no limit");
        assert!(
            error.to_string().contains("`soon` is not a span of time"),
            "{error}"
        );
    }

    #[test]
    fn the_schema_agrees_with_the_parser() {
        let schema = to_value(schemars::schema_for!(Within)).expect("a schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("a valid schema");
        for text in [
            "auto", "10s", "1m30s", "250ms", "1.5h", "", "Auto", "10", "1s1m", "s", "-1s",
        ] {
            assert_eq!(
                validator.is_valid(&json!(text)),
                text.parse::<Within>().is_ok(),
                "{text:?}"
            );
        }
    }
}
