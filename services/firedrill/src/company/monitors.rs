//! Prometheus and Alertmanager beside the company, where they are installed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::CompanyConfig;
use super::addresses::{Addresses, Place, TELEMETRY};
use crate::monitoring::children::{
    ALERTMANAGER_PROGRAM, Folders, PROMETHEUS_PROGRAM, alertmanager_arguments,
    prometheus_arguments, ready_url,
};
use crate::monitoring::{Endpoints, built_in_rules, generate, rules_in};
use crate::supervisor::ProcessSpec;

/// Prometheus writes its head to disk when it stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// What of the monitoring will run.
#[derive(Debug, Default)]
pub(super) struct Monitors {
    /// Alertmanager first: Prometheus sends to it at once. Empty, or both.
    pub(super) specs: Vec<ProcessSpec>,
    /// One line for each program that is missing.
    pub(super) missing: Vec<String>,
}

impl Monitors {
    pub(super) fn run(&self) -> bool {
        !self.specs.is_empty()
    }
}

/// Finds the programs, and writes their configuration. One alone would prove nothing: both, or
/// neither.
pub(super) fn plan(
    config: &CompanyConfig,
    data_dir: &Path,
    addresses: Addresses,
) -> anyhow::Result<Monitors> {
    if config.no_monitoring {
        return Ok(Monitors::default());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let prometheus = PROMETHEUS_PROGRAM.find(&path);
    let alertmanager = ALERTMANAGER_PROGRAM.find(&path);
    let (Ok(prometheus), Ok(alertmanager)) = (&prometheus, &alertmanager) else {
        let missing = [prometheus.err(), alertmanager.err()];
        return Ok(Monitors {
            missing: missing.iter().flatten().map(ToString::to_string).collect(),
            specs: Vec::new(),
        });
    };
    let home = data_dir.join("monitoring");
    write_configuration(config, &home, addresses)?;
    let data = home.join("data");
    std::fs::create_dir_all(&data).context("the monitoring's data folder cannot be made")?;
    let folders = Folders {
        config: &home,
        data: &data,
    };
    let at = addresses.of(Place::Prometheus);
    let arguments = prometheus_arguments(folders, at, config.speed);
    let prometheus = spec("prometheus", prometheus, arguments, at)?;
    let at = addresses.of(Place::Alertmanager);
    let arguments = alertmanager_arguments(folders, at);
    let alertmanager = spec("alertmanager", alertmanager, arguments, at)?;
    Ok(Monitors {
        specs: vec![alertmanager, prometheus],
        missing: Vec::new(),
    })
}

fn write_configuration(
    config: &CompanyConfig,
    home: &Path,
    addresses: Addresses,
) -> anyhow::Result<()> {
    let rules = match &config.rules {
        Some(folder) => rules_in(folder).context("--rules")?,
        None => built_in_rules(),
    };
    let endpoints = Endpoints {
        services: TELEMETRY
            .iter()
            .map(|(service, place)| ((*service).into(), addresses.of(*place).to_string()))
            .collect(),
        prometheus: addresses.of(Place::Prometheus).to_string(),
        alertmanager: addresses.of(Place::Alertmanager).to_string(),
        webhook: addresses.url_of(Place::LoadgenApi, "/alerts/webhook")?,
        jobs: Vec::new(),
    };
    let people = config.people.settle()?;
    generate(home, config.speed, &endpoints, &rules, &people)
}

fn spec(
    name: &str,
    program: &Path,
    arguments: Vec<OsString>,
    at: std::net::SocketAddr,
) -> anyhow::Result<ProcessSpec> {
    Ok(ProcessSpec {
        name: name.to_owned(),
        program: PathBuf::from(program),
        arguments,
        environment: Vec::new(),
        listen: None,
        ready_url: ready_url(at)?,
        stop_timeout: STOP_TIMEOUT,
    })
}
