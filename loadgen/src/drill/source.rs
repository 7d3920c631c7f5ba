//! Where a drill learns which alerts fire.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::scenario::Span;

/// Who says which alerts fire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AlertSource {
    /// Prometheus, or what answers as it does: its rules, its alerts and its record of them.
    #[default]
    Prometheus,
    /// Alertmanager: what it holds, whoever evaluates.
    Alertmanager,
    /// The notifications alone: whatever sends webhooks as Alertmanager does, Grafana for one.
    Webhook,
}

/// Where alerts are learnt from, and how long that may take.
#[derive(Args, Clone, Copy, Debug)]
pub struct AlertArgs {
    /// Who says which alerts fire.
    #[arg(
        long,
        env = "ALERT_SOURCE",
        value_enum,
        default_value = "prometheus",
        value_name = "SOURCE"
    )]
    pub alert_source: AlertSource,

    /// How long an alert may take to fire, and to resolve, where there are no rules to compute that
    /// from and the scenario does not say.
    #[arg(
        long,
        env = "DETECTION_LIMIT",
        default_value = "10m",
        value_name = "TIME"
    )]
    pub detection_limit: Span,
}

/// Where alerts are learnt from, settled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alerts {
    /// Who says which fire.
    pub source: AlertSource,
    /// How long that may take where nothing else says so.
    pub detection_limit: Duration,
}

impl From<AlertArgs> for Alerts {
    fn from(args: AlertArgs) -> Self {
        Self {
            source: args.alert_source,
            detection_limit: args.detection_limit.get(),
        }
    }
}
