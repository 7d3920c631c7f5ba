//! Which alerts are meant.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which alert: its name and the labels that must match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertMatcher {
    /// The `alertname`.
    pub alert: String,
    /// Label values that must be equal; labels not named here do not matter.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

impl AlertMatcher {
    /// Whether an alert instance with these labels, `alertname` among them, is meant.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        labels.get("alertname") == Some(&self.alert)
            && self
                .labels
                .iter()
                .all(|(name, value)| labels.get(name) == Some(value))
    }

    /// Whether every alert that `other` means is meant by this one too.
    pub fn covers(&self, other: &Self) -> bool {
        self.alert == other.alert
            && self
                .labels
                .iter()
                .all(|(name, value)| other.labels.get(name) == Some(value))
    }
}

impl fmt::Display for AlertMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.alert)?;
        if self.labels.is_empty() {
            return Ok(());
        }
        let labels: Vec<_> = self
            .labels
            .iter()
            .map(|(name, value)| format!("{name}={value:?}"))
            .collect();
        write!(f, "{{{}}}", labels.join(", "))
    }
}
