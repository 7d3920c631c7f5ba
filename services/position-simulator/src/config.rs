//! The settings of this service.

use std::net::SocketAddr;

use chassis::config::{DatabaseConfig, FaultsConfig, QueueConfig, TelemetryConfig};
use clap::{Args, Parser};
use time::Duration;

use crate::fleet::names::MOST_VEHICLES;

/// Drives the vans. One copy of it runs at a time: a second one finds the vans gone.
#[derive(Clone, Debug, Parser)]
#[command(name = "position-simulator", version)]
pub struct Config {
    /// Where `/metrics`, `/readyz` and the rest of the telemetry port listen.
    #[arg(long, env = "TELEMETRY_ADDRESS", default_value = "127.0.0.1:9113")]
    pub telemetry_address: SocketAddr,

    /// How vans drive.
    #[command(flatten)]
    pub driving: DrivingConfig,

    /// Logs and traces.
    #[command(flatten)]
    pub telemetry: TelemetryConfig,

    /// Where orders and trips are kept.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Where messages come from and go to.
    #[command(flatten)]
    pub queue: QueueConfig,

    /// Fault injection.
    #[command(flatten)]
    pub faults: FaultsConfig,
}

/// How vans drive.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Driving")]
pub struct DrivingConfig {
    /// How many vans there are.
    #[arg(long, env = "VEHICLES", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=i64::from(MOST_VEHICLES)))]
    pub vehicles: u8,

    /// How many times faster than the clock the town's time goes: at 60 a second is a minute there.
    #[arg(long, env = "TIME_FACTOR", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub time_factor: u32,

    /// Orders that a van takes at most.
    #[arg(long, env = "CAPACITY", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub capacity: u32,

    /// Hours for which delivered orders are remembered. A message that repeats an order later than
    /// this drives it again.
    #[arg(long, env = "REMEMBER_HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=720))]
    pub remember_hours: u32,
}

impl DrivingConfig {
    /// For how long delivered orders are remembered.
    pub fn remember(&self) -> Duration {
        Duration::hours(self.remember_hours.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_makes_sense() {
        Config::command().debug_assert();
    }

    #[test]
    fn the_design_s_address_is_the_default() {
        let command = Config::command();
        let telemetry = command
            .get_arguments()
            .find(|one| one.get_id() == "telemetry_address")
            .map(|one| one.get_default_values().to_vec());
        assert_eq!(telemetry, Some(vec!["127.0.0.1:9113".into()]));
    }
}
