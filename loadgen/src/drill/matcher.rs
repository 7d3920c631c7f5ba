//! Label matchers of Alertmanager: in silences as JSON, in routes as text.

use promql_parser::label;
use promql_parser::parser::token::{T_EQL, T_EQL_REGEX, T_NEQ, T_NEQ_REGEX};
use serde::{Deserialize, Serialize};

use super::prometheus::Labels;

/// One condition on one label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Matcher {
    /// The label's name.
    pub name: String,
    /// The value, or an anchored regular expression.
    pub value: String,
    /// Whether the value is a regular expression.
    pub is_regex: bool,
    /// Whether the label must match, rather than must not.
    #[serde(default = "yes")]
    pub is_equal: bool,
}

const fn yes() -> bool {
    true
}

/// Operators of the textual form; those of two characters first, so that `=` does not hide them.
const OPERATORS: [(&str, bool, bool); 4] = [
    ("=~", true, true),
    ("!~", true, false),
    ("!=", false, false),
    ("=", false, true),
];

impl Matcher {
    /// The label has this value.
    pub fn equal(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            is_regex: false,
            is_equal: true,
        }
    }

    /// `severity="page"`, `service=~"a|b"`, with or without quotes.
    pub fn parse(text: &str) -> Option<Self> {
        let name_ends = text.find(['=', '!'])?;
        let (name, rest) = text.split_at(name_ends);
        let (operator, is_regex, is_equal) = *OPERATORS
            .iter()
            .find(|(operator, ..)| rest.starts_with(operator))?;
        let value = rest[operator.len()..].trim();
        let unquoted = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'));
        Some(Self {
            name: name.trim().to_owned(),
            value: unquoted.unwrap_or(value).replace("\\\"", "\""),
            is_regex,
            is_equal,
        })
    }

    /// Whether the labels satisfy it; a label that is absent counts as empty.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.accepts(labels.get(&self.name).map_or("", String::as_str))
    }

    /// Whether it can be satisfied by labels of which only some are known: an unknown one could
    /// have any value.
    pub fn could_match(&self, known: &Labels) -> bool {
        known
            .get(&self.name)
            .is_none_or(|value| self.accepts(value))
    }

    fn accepts(&self, value: &str) -> bool {
        let token = match (self.is_regex, self.is_equal) {
            (false, true) => T_EQL,
            (false, false) => T_NEQ,
            (true, true) => T_EQL_REGEX,
            (true, false) => T_NEQ_REGEX,
        };
        // An expression that can't be read is taken to match: better refused than overlooked.
        label::Matcher::new_matcher(token, self.name.clone(), self.value.clone())
            .map_or(true, |matcher| matcher.is_match(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_textual_form_is_read_with_all_operators() {
        let page = labels(&[("severity", "page")]);
        for (text, matches) in [
            (r#"severity="page""#, true),
            ("severity = page", true),
            (r#"severity!="page""#, false),
            (r#"severity=~"page|ticket""#, true),
            (r#"severity=~"pag""#, false),
            (r#"severity!~"p.*""#, false),
            (r#"absent="""#, true),
            (r#"absent!="""#, false),
        ] {
            let matcher = Matcher::parse(text).expect(text);
            assert_eq!(matcher.matches(&page), matches, "{text}");
        }
        assert_eq!(Matcher::parse("severity"), None);
    }

    #[test]
    fn an_unknown_label_could_match_anything() {
        let matcher = Matcher::parse(r#"service="pizza-service""#).expect("a matcher");
        assert!(matcher.could_match(&labels(&[("severity", "page")])));
        assert!(!matcher.could_match(&labels(&[("service", "ui")])));
    }
}
