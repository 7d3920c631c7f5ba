//! The monitoring that a drill judges.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::alertmanager::Alertmanager;
use super::clock::Clock;
use super::http::HttpError;
use super::lanes::Lanes;
use super::prometheus::Prometheus;
use super::source::AlertSource;

/// Prometheus and Alertmanager, as far as the alerts' source asks for them.
#[derive(Clone, Debug)]
pub struct Monitors {
    /// Who says which alerts fire.
    pub source: AlertSource,
    /// Evaluates the rules, where it is the source; else it is only asked for effects.
    pub prometheus: Option<Prometheus>,
    /// Delivers the alerts; nothing where only notifications are known.
    pub alertmanager: Option<Alertmanager>,
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
const FINEST_STEP: f64 = 0.05;
/// Steps in an evaluation: what a time on a step can be too late is then of no matter.
const STEPS: f64 = 10.0;
/// How long Prometheus may take to record what it shows, beyond an evaluation.
const RECORDING: Duration = Duration::from_secs(2);

impl Monitors {
    /// Prometheus, where it is the source.
    pub fn evaluator(&self) -> Option<&Prometheus> {
        let is_source = self.source == AlertSource::Prometheus;
        self.prometheus.as_ref().filter(|_| is_source)
    }
}

impl Prometheus {
    /// What Prometheus recorded in `ALERTS` from the drill's start until `until_s` seconds after
    /// it, and a step more: what the last look of `live` saw lies on it. Prometheus shows that an
    /// alert is over a moment before it has recorded so; that moment is waited for. The times are those
    /// from one evaluation to the next of its fastest and of its slowest group.
    pub async fn record(
        &self,
        clock: Clock,
        until_s: f64,
        (finest, slowest): (Duration, Duration),
        live: &Lanes,
    ) -> Result<Record, HttpError> {
        let step_s = (finest.as_secs_f64() / STEPS)
            .max(FINEST_STEP)
            .max(until_s / MOST_POINTS);
        let until_s = until_s + step_s;
        sleep_until(clock.instant(Duration::from_secs_f64(until_s))).await;
        let deadline = Instant::now() + slowest + RECORDING;
        loop {
            let lanes = self.alerts_recorded(clock, until_s, step_s).await?;
            if lanes.caught_up(live) || Instant::now() >= deadline {
                return Ok(Record { lanes, step_s });
            }
            sleep(Duration::from_secs_f64(step_s)).await;
        }
    }

    async fn alerts_recorded(
        &self,
        clock: Clock,
        until_s: f64,
        step_s: f64,
    ) -> Result<Lanes, HttpError> {
        let started = clock.started_unix_s();
        let until = started + until_s;
        let series = self.range("ALERTS", started, until, step_s).await?;
        Ok(Lanes::from_series(series, started, started, until, step_s))
    }
}
