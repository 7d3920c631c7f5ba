//! Whether the engine keeps its schedule.

use std::io::{self, Write};

use serde::Serialize;
use thiserror::Error;
use url::Url;

use super::memory::peak_resident_bytes;
use crate::load::report::{Counts, LoadReport, Quantiles};
use crate::load::{Flow, Limits, LoadRun, Plan, StartError, TargetError, Targets};
use crate::scenario::{Arrivals, Phase, Rate, Spacing, Span};

/// The rate that is demanded, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct GeneratorConfig {
    /// Visits a second.
    pub rate: Rate,
    /// For how long.
    pub lasts: Span,
}

/// What the engine made of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GeneratorReport {
    /// Visits.
    pub counts: Counts,
    /// The share of the schedule that was sent, 0 to 1.
    pub share_sent: f64,
    /// How late visits were begun.
    pub lag: Quantiles,
    /// What the visits took from their intended start.
    pub response_time: Quantiles,
    /// The largest resident set of this process, bytes; absent where the system does not tell.
    pub peak_resident_bytes: Option<u64>,
}

/// Why nothing was measured.
#[derive(Debug, Error)]
pub enum GeneratorError {
    /// An address that cannot be visited.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A rate or time beyond the caps.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// The lag that 99 of 100 visits must stay under, milliseconds.
const LAG_P99_GOAL_MS: f64 = 5.0;
/// The memory that the process must stay under, bytes.
const MEMORY_GOAL: u64 = 64 * 1024 * 1024;

/// Sends the demanded rate, half looks at the menu and half orders, at the service at `target`.
pub async fn generator_check(
    config: GeneratorConfig,
    target: &Url,
) -> Result<GeneratorReport, GeneratorError> {
    let plan = Plan::new(&[phase(config)], 1);
    let run = LoadRun::start(plan, &Targets::new(target)?, Limits::default(), None)?;
    Ok(GeneratorReport::of(&run.finish().await))
}

fn phase(config: GeneratorConfig) -> Phase {
    Phase {
        name: "check".to_owned(),
        lasts: config.lasts,
        load: Arrivals::Constant {
            rate: config.rate,
            spacing: Spacing::Poisson,
        },
        mix: [(Flow::Browse, 1), (Flow::PlaceOrder, 1)].into(),
    }
}

impl GeneratorReport {
    fn of(report: &LoadReport) -> Self {
        let counts = report.total.counts;
        Self {
            counts,
            share_sent: counts.sent as f64 / counts.intended.max(1) as f64,
            lag: report.schedule_lag,
            response_time: report.total.response_time,
            peak_resident_bytes: peak_resident_bytes(),
        }
    }

    /// What fell short, one line each: all of the schedule sent and answered, p99 of the lag under
    /// 5 ms, memory under 64 MiB.
    pub fn shortfalls(&self) -> Vec<String> {
        let Counts {
            intended,
            sent,
            completed,
            ..
        } = self.counts;
        let peak = self.peak_resident_bytes.unwrap_or_default();
        let checks = [
            (intended == 0, "nothing was scheduled".to_owned()),
            (
                sent < intended,
                format!("{} of {intended} visits were not sent", intended - sent),
            ),
            (
                completed < sent,
                format!(
                    "{} of {sent} visits were not answered well",
                    sent - completed
                ),
            ),
            (
                self.lag.p99_ms >= LAG_P99_GOAL_MS,
                format!("lag p99 {:.3} ms is not under 5 ms", self.lag.p99_ms),
            ),
            (
                peak >= MEMORY_GOAL,
                format!("{} MiB of memory is not under 64 MiB", mib(peak)),
            ),
        ];
        checks
            .into_iter()
            .filter(|(fell_short, _)| *fell_short)
            .map(|(_, line)| line)
            .collect()
    }

    /// One screen for people.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Counts {
            intended,
            sent,
            completed,
            failed,
            dropped,
        } = self.counts;
        writeln!(
            out,
            "schedule   {:.2} % sent ({sent} of {intended}, {dropped} dropped)",
            self.share_sent * 100.0
        )?;
        writeln!(out, "answered   {completed} as expected, {failed} not")?;
        for (name, times) in [("lag", self.lag), ("response", self.response_time)] {
            let Quantiles {
                p50_ms,
                p99_ms,
                p999_ms,
                max_ms,
                ..
            } = times;
            writeln!(
                out,
                "{name:<10} p50 {p50_ms:.3} ms, p99 {p99_ms:.3} ms, p99.9 {p999_ms:.3} ms, max {max_ms:.3} ms"
            )?;
        }
        match self.peak_resident_bytes {
            Some(peak) => writeln!(out, "memory     {} MiB at most", mib(peak))?,
            None => writeln!(out, "memory     unknown on this system")?,
        }
        for line in self.shortfalls() {
            writeln!(out, "fell short: {line}")?;
        }
        Ok(())
    }
}

fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1024 * 1024)
}
