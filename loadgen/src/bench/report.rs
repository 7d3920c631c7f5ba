//! What a closed loop measured.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use crate::load::report::Quantiles;

/// The account of one closed loop.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BenchReport {
    /// Connections that asked.
    pub connections: usize,
    /// How long they asked, seconds.
    pub elapsed_s: f64,
    /// Requests answered, whatever the answer.
    pub requests: u64,
    /// Of these, answered otherwise than with 2xx.
    pub non_2xx: u64,
    /// Connections refused or lost, and answers that were no HTTP.
    pub errors: u64,
    /// Bytes of answers.
    pub bytes: u64,
    /// From a request's first byte out to its answer's last byte in. A closed loop asks only after it
    /// was answered, so without a rate these times hide stalls; for honest ones use the open model.
    pub latency: Quantiles,
}

impl BenchReport {
    /// Answers a second.
    pub fn requests_per_second(&self) -> f64 {
        if self.elapsed_s > 0.0 {
            self.requests as f64 / self.elapsed_s
        } else {
            0.0
        }
    }

    /// One screen for people; the last line is `N requests/s`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let elapsed = Duration::from_secs_f64(self.elapsed_s.max(0.0));
        let Quantiles {
            p50_ms,
            p90_ms,
            p99_ms,
            p999_ms,
            max_ms,
            ..
        } = self.latency;
        let mib_a_second =
            self.bytes as f64 / self.elapsed_s.max(f64::MIN_POSITIVE) / 1024.0 / 1024.0;
        writeln!(out, "{} connections, {elapsed:.1?}", self.connections)?;
        writeln!(
            out,
            "answered   {} ({mib_a_second:.2} MiB/s)",
            self.requests
        )?;
        writeln!(out, "not 2xx    {}", self.non_2xx)?;
        writeln!(out, "errors     {}", self.errors)?;
        writeln!(
            out,
            "latency    p50 {p50_ms:.3} ms, p90 {p90_ms:.3} ms, p99 {p99_ms:.3} ms, p99.9 {p999_ms:.3} ms, max {max_ms:.3} ms",
        )?;
        writeln!(out, "{:.0} requests/s", self.requests_per_second())
    }
}
