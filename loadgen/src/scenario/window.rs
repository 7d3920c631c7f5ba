//! What is broken, and what Alertmanager keeps to itself, for a while.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::matcher::AlertMatcher;
use super::units::Span;

/// One thing that is broken for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultWindow {
    /// The service that is broken.
    pub service: String,
    /// The fault's kind, as in `PUT /faults/{kind}`.
    pub kind: String,
    /// The fault's own parameters, passed on as they are.
    #[serde(default)]
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// When it begins, from the drill's start.
    pub from: Span,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub lasts: Span,
    /// Put it again this often while it lasts: for faults that end the process that holds them.
    #[serde(default)]
    pub every: Option<Span>,
}

/// A silence that the drill sets at Alertmanager, and takes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceWindow {
    /// The `alertname`.
    pub alert: String,
    /// Label values that must be equal; labels not named here do not matter.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// When it begins, from the drill's start.
    pub from: Span,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub lasts: Span,
}

impl FaultWindow {
    /// When it is taken back, from the drill's start.
    pub fn ends(&self) -> Duration {
        self.from.get() + self.lasts.get()
    }
}

impl SilenceWindow {
    /// When it is taken back, from the drill's start.
    pub fn ends(&self) -> Duration {
        self.from.get() + self.lasts.get()
    }

    /// Which alerts it holds back.
    pub fn matcher(&self) -> AlertMatcher {
        AlertMatcher {
            alert: self.alert.clone(),
            labels: self.labels.clone(),
        }
    }
}
