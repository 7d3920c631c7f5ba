//! The record of one drill: everything that the reports show, and nothing else. `report.json` is
//! this, serialised; its `schema_version` rises with every incompatible change.

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;

use crate::drill::verdict::Verdict;
use crate::load::report::LoadReport;

/// The version of `report.json`.
pub const SCHEMA_VERSION: u32 = 1;

/// One drill from start to verdict. Times named `*_s` are seconds since `started_at`.
#[derive(Clone, Debug, Serialize)]
pub struct DrillRecord {
    /// See [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// A `UUIDv7`; sent as `X-Drill-Id` with every request.
    pub drill_id: String,
    /// The scenario's name.
    pub scenario: String,
    /// The scenario's summary.
    pub summary: String,
    /// What a viewer learns.
    pub teaches: String,
    /// The seed that was used.
    pub seed: u64,
    /// The services that the first page should name: what the scenario says, else those it breaks.
    pub culprits: Vec<String>,
    /// Durations of the scenario were multiplied by this.
    pub time_scale: f64,
    /// How long after the cause any alert was welcome, seconds; null where certain ones were expected.
    pub survey_s: Option<f64>,
    /// Wall-clock start of the first phase.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// Wall-clock end of the watching.
    #[serde(with = "time::serde::rfc3339")]
    pub ended_at: OffsetDateTime,
    /// What the computed time limits were made of.
    pub monitoring: Monitoring,
    /// The highest verdict; its `exit_code` is the process's.
    pub verdict: Verdict,
    /// Every verdict reached, highest first. `PASS` stands alone.
    pub verdicts: Vec<Verdict>,
    /// One line a reason.
    pub findings: Vec<Finding>,
    /// Each expectation and what came of it.
    pub expectations: Vec<ExpectationRecord>,
    /// The faults as injected.
    pub faults: Vec<FaultRecord>,
    /// The silences as set.
    pub silences: Vec<SilenceRecord>,
    /// Each alert instance that was pending or firing.
    pub alerts: Vec<AlertLane>,
    /// What the webhook receiver got, in order.
    pub notifications: Vec<NotificationRecord>,
    /// The generator's own account.
    pub load: LoadReport,
}

/// What the live monitoring looked like.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Monitoring {
    /// Scrape interval of the company's job, seconds.
    pub scrape_interval_s: f64,
    /// Evaluation interval of the rule groups, seconds: the largest.
    pub evaluation_interval_s: f64,
    /// Alertmanager's `group_wait` of the route, seconds.
    pub group_wait_s: f64,
    /// Alertmanager's `group_interval` of the route, seconds.
    pub group_interval_s: f64,
    /// Prometheus's version.
    pub prometheus_version: String,
    /// Alertmanager's version.
    pub alertmanager_version: String,
    /// The names of the alerting rules that were loaded.
    pub alerts: Vec<String>,
}

/// Why a verdict was reached.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// One plain sentence.
    pub reason: String,
}

/// One expectation, judged.
#[derive(Clone, Debug, Serialize)]
pub struct ExpectationRecord {
    /// For people: `PizzaOrderSurge fires`, `everything else stays silent`, …
    pub name: String,
    /// `effect`, `fires`, `silent`, `notified`, `resolves`, `threshold` or `preflight`.
    pub kind: &'static str,
    /// The `alertname` that it is about; absent where it is about no alert.
    pub alert: Option<String>,
    /// Whether it held.
    pub held: bool,
    /// Measured, seconds from the cause to firing (or to resolution); absent where it has no time.
    pub took_s: Option<f64>,
    /// Seconds from the cause to delivery at the webhook receiver.
    pub delivered_s: Option<f64>,
    /// Seconds from the proven effect to firing.
    pub from_effect_s: Option<f64>,
    /// The limit, seconds.
    pub limit_s: Option<f64>,
    /// What the limit is made of, or what was measured: one line.
    pub detail: String,
}

/// One fault as it really was.
#[derive(Clone, Debug, Serialize)]
pub struct FaultRecord {
    /// The broken service.
    pub service: String,
    /// The fault's kind.
    pub kind: String,
    /// Its parameters.
    pub parameters: serde_json::Value,
    /// When it was accepted.
    pub from_s: f64,
    /// When it was taken back or had expired.
    pub to_s: f64,
    /// When its effect was first measured.
    pub effect_s: Option<f64>,
    /// How often it struck, by the service's own count; of one that ends the process, restarts seen.
    pub strikes: u64,
}

/// One silence as it really was.
#[derive(Clone, Debug, Serialize)]
pub struct SilenceRecord {
    /// The `alertname` that it held back.
    pub alert: String,
    /// The labels that had to be equal.
    pub labels: BTreeMap<String, String>,
    /// When it was set.
    pub from_s: f64,
    /// When it was taken back.
    pub to_s: f64,
}

/// One alert instance over the drill.
#[derive(Clone, Debug, Serialize)]
pub struct AlertLane {
    /// All its labels, `alertname` among them.
    pub labels: BTreeMap<String, String>,
    /// `expected`, `allowed` or `unexpected`. What was only ever pending is `allowed`.
    pub class: &'static str,
    /// Stretches of one state, in order.
    pub stretches: Vec<Stretch>,
    /// First delivery of its firing at the webhook receiver.
    pub delivered_s: Option<f64>,
}

/// A stretch of time in one alert state.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stretch {
    /// `pending` or `firing`.
    pub state: &'static str,
    /// Its start.
    pub from_s: f64,
    /// Its end.
    pub to_s: f64,
}

/// One alert of one webhook delivery.
#[derive(Clone, Debug, Serialize)]
pub struct NotificationRecord {
    /// When it arrived.
    pub at_s: f64,
    /// The receiver that it was sent to.
    pub receiver: String,
    /// Alertmanager's key of its group.
    pub group: String,
    /// `firing` or `resolved`.
    pub status: String,
    /// The alert's labels.
    pub labels: BTreeMap<String, String>,
}
