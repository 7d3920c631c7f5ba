//! The monitoring that a drill judges.

use super::alertmanager::Alertmanager;
use super::clock::Clock;
use super::http::HttpError;
use super::lanes::Lanes;
use super::prometheus::Prometheus;

/// Prometheus and Alertmanager.
#[derive(Clone, Debug)]
pub struct Monitors {
    /// Evaluates the rules.
    pub prometheus: Prometheus,
    /// Delivers the alerts.
    pub alertmanager: Alertmanager,
}

/// What Prometheus recorded of a drill.
#[derive(Debug)]
pub struct Record {
    /// Every alert instance, without the Watchdog.
    pub lanes: Lanes,
    /// How finely it was asked for, seconds.
    pub step_s: f64,
}

/// Prometheus answers at most 11 000 points a series.
const MOST_POINTS: f64 = 10_000.0;
/// The finest step that is of use, seconds.
const FINEST_STEP: f64 = 0.25;

impl Monitors {
    /// What Prometheus recorded in `ALERTS` from the drill's start until now.
    pub async fn record(&self, clock: Clock) -> Result<Record, HttpError> {
        let started = clock.started_unix_s();
        let until = started + clock.now_s();
        let step_s = ((until - started) / MOST_POINTS).max(FINEST_STEP);
        let series = self
            .prometheus
            .range("ALERTS", started, until, step_s)
            .await?;
        Ok(Record {
            lanes: Lanes::from_series(series, started, started, until, step_s),
            step_s,
        })
    }
}
