//! `process_*`: what the process takes from the machine, read from `/proc` at each scrape. Names
//! are those of the Prometheus client libraries.

use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

/// Registers the process collector.
pub fn register(registry: &mut Registry) {
    registry.register_collector(Box::new(Process));
}

/// Reads `/proc/self` when asked; elsewhere than on Linux it says nothing.
#[derive(Debug)]
struct Process;

/// One reading.
#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    cpu_seconds: f64,
    resident_bytes: u64,
    virtual_bytes: u64,
    start_time_seconds: f64,
    open_fds: u64,
    max_fds: u64,
    threads: u64,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(now) = read() else { return Ok(()) };
        let cpu = ConstCounter::new(now.cpu_seconds);
        cpu.encode(encoder.encode_descriptor(
            "process_cpu",
            "User and system CPU time spent",
            Some(&Unit::Seconds),
            prometheus_client::metrics::MetricType::Counter,
        )?)?;
        let mut gauge = |name: &str, help: &str, unit: Option<&Unit>, value: f64| {
            ConstGauge::new(value).encode(encoder.encode_descriptor(
                name,
                help,
                unit,
                prometheus_client::metrics::MetricType::Gauge,
            )?)
        };
        gauge(
            "process_resident_memory",
            "Resident memory size",
            Some(&Unit::Bytes),
            now.resident_bytes as f64,
        )?;
        gauge(
            "process_virtual_memory",
            "Virtual memory size",
            Some(&Unit::Bytes),
            now.virtual_bytes as f64,
        )?;
        gauge(
            "process_start_time",
            "Start time of the process since the Unix epoch",
            Some(&Unit::Seconds),
            now.start_time_seconds,
        )?;
        gauge(
            "process_open_fds",
            "Open file descriptors",
            None,
            now.open_fds as f64,
        )?;
        gauge(
            "process_max_fds",
            "Most file descriptors allowed",
            None,
            now.max_fds as f64,
        )?;
        gauge("process_threads", "Threads", None, now.threads as f64)
    }
}

fn read() -> Option<Reading> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The command's name may hold blanks and brackets: fields count from its last bracket. Field
    // numbers are those of proc(5); the first after the name is 3.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let ticks = rustix::param::clock_ticks_per_second() as f64;
    Some(Reading {
        cpu_seconds: (field(14)? + field(15)?) as f64 / ticks,
        threads: field(20)?,
        start_time_seconds: boot_time_seconds()? + field(22)? as f64 / ticks,
        virtual_bytes: field(23)?,
        resident_bytes: field(24)? * rustix::param::page_size() as u64,
        open_fds: fs::read_dir("/proc/self/fd").ok()?.count() as u64,
        max_fds: rustix::process::getrlimit(rustix::process::Resource::Nofile)
            .current
            .unwrap_or(u64::MAX),
    })
}

fn boot_time_seconds() -> Option<f64> {
    fs::read_to_string("/proc/stat")
        .ok()?
        .lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .parse()
        .ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_those_of_prometheus() {
        let mut registry = Registry::default();
        register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("encodes");
        for name in [
            "process_cpu_seconds_total ",
            "process_resident_memory_bytes ",
            "process_start_time_seconds ",
            "process_open_fds ",
            "process_max_fds ",
        ] {
            assert!(
                text.contains(&format!("\n{name}")),
                "{name} is missing:\n{text}"
            );
        }
        let now = read().expect("proc is readable");
        assert!(now.resident_bytes > 1 << 20);
        assert!(now.start_time_seconds > 1e9);
    }
}
