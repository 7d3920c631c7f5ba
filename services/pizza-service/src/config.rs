//! The settings of this service.

use std::net::SocketAddr;

use chassis::config::{DatabaseConfig, FaultsConfig, HttpConfig, QueueConfig, TelemetryConfig};
use chassis::http::client::base_url;
use clap::Parser;
use url::Url;

/// Takes orders.
#[derive(Clone, Debug, Parser)]
#[command(name = "pizza-service", version)]
pub struct Config {
    /// Where the API listens.
    #[arg(long, env = "API_ADDRESS", default_value = "127.0.0.1:8001")]
    pub api_address: SocketAddr,

    /// Where `/metrics`, `/readyz` and the rest of the telemetry port listen.
    #[arg(long, env = "TELEMETRY_ADDRESS", default_value = "127.0.0.1:9111")]
    pub telemetry_address: SocketAddr,

    /// Orders that may wait to be stored; one more is answered 503.
    #[arg(long, env = "WRITER_QUEUE", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub writer_queue: u32,

    /// Where pokedex-api is, such as `http://127.0.0.1:5000`; without it, orders get no stickers.
    #[arg(long, env = "POKEDEX_URL", value_parser = base_url, value_name = "URL")]
    pub pokedex_url: Option<Url>,

    /// Logs and traces.
    #[command(flatten)]
    pub telemetry: TelemetryConfig,

    /// What the API accepts.
    #[command(flatten)]
    pub http: HttpConfig,

    /// Where orders are kept.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// What carries events to other services, and theirs here.
    #[command(flatten)]
    pub queue: QueueConfig,

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
    fn the_design_s_addresses_are_the_defaults() {
        let command = Config::command();
        let default = |name: &str| {
            let argument = command.get_arguments().find(|one| one.get_id() == name);
            argument.map(|one| one.get_default_values().to_vec())
        };
        assert_eq!(default("api_address"), Some(vec!["127.0.0.1:8001".into()]));
        let telemetry = default("telemetry_address");
        assert_eq!(telemetry, Some(vec!["127.0.0.1:9111".into()]));
    }
}
