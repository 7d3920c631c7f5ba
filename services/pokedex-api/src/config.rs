//! The settings of this service.

use std::net::SocketAddr;

use chassis::config::{DatabaseConfig, FaultsConfig, HttpConfig, TelemetryConfig};
use clap::Parser;

/// Looks a Pokémon up by its national number or its name.
#[derive(Clone, Debug, Parser)]
#[command(name = "pokedex-api", version)]
// Neighbours ask for each order, all from one address: a limit for customers would be theirs.
#[command(mut_arg("rate_limit", |limit| limit.default_value("0")))]
pub struct Config {
    /// Where the API listens.
    #[arg(long, env = "API_ADDRESS", default_value = "127.0.0.1:5000")]
    pub api_address: SocketAddr,

    /// Where `/metrics`, `/readyz` and the rest of the telemetry port listen.
    #[arg(long, env = "TELEMETRY_ADDRESS", default_value = "127.0.0.1:8689")]
    pub telemetry_address: SocketAddr,

    /// Logs and traces.
    #[command(flatten)]
    pub telemetry: TelemetryConfig,

    /// What the API accepts.
    #[command(flatten)]
    pub http: HttpConfig,

    /// Where the Pokémon are kept.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Fault injection.
    #[command(flatten)]
    pub faults: FaultsConfig,
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
    fn the_defaults_are_the_design_s_and_allow_a_call_for_each_order() {
        let command = Config::command();
        let default = |name: &str| {
            let argument = command.get_arguments().find(|one| one.get_id() == name);
            argument.map(|one| one.get_default_values().to_vec())
        };
        for (name, value) in [
            ("api_address", "127.0.0.1:5000"),
            ("telemetry_address", "127.0.0.1:8689"),
            ("rate_limit", "0"),
        ] {
            assert_eq!(default(name), Some(vec![value.into()]), "{name}");
        }
    }
}
