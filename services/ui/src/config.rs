//! The settings of this service.

use std::net::SocketAddr;
use std::time::Duration;

use chassis::config::{FaultsConfig, HttpConfig, TelemetryConfig, seconds};
use chassis::http::client::base_url;
use clap::{Args, Parser};
use url::Url;

/// The shop window and the control room.
#[derive(Clone, Debug, Parser)]
#[command(name = "ui", version)]
pub struct Config {
    /// Where the pages are.
    #[arg(long, env = "UI_ADDRESS", default_value = "127.0.0.1:8000")]
    pub api_address: SocketAddr,

    /// Where `/metrics`, `/readyz` and the rest of the telemetry port listen.
    #[arg(long, env = "TELEMETRY_ADDRESS", default_value = "127.0.0.1:9110")]
    pub telemetry_address: SocketAddr,

    /// Streams of one kind that may be open at once; one more is answered 503.
    #[arg(long, env = "STREAM_LIMIT", default_value_t = 512, value_name = "STREAMS", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub stream_limit: u32,

    /// Where the services behind the pages are.
    #[command(flatten)]
    pub neighbours: NeighboursConfig,

    /// What the control room links to.
    #[command(flatten)]
    pub links: LinksConfig,

    /// Logs and traces.
    #[command(flatten)]
    pub telemetry: TelemetryConfig,

    /// What the pages' own interface accepts.
    #[command(flatten)]
    pub http: HttpConfig,

    /// Fault injection.
    #[command(flatten)]
    pub faults: FaultsConfig,
}

/// Where the services behind the pages are.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Neighbours")]
pub struct NeighboursConfig {
    /// pizza-service.
    #[arg(long, env = "PIZZA_URL", default_value = "http://127.0.0.1:8001", value_parser = base_url, value_name = "URL")]
    pub pizza_url: Url,

    /// pokedex-api.
    #[arg(long, env = "POKEDEX_URL", default_value = "http://127.0.0.1:5000", value_parser = base_url, value_name = "URL")]
    pub pokedex_url: Url,

    /// position-tracker.
    #[arg(long, env = "TRACKER_URL", default_value = "http://127.0.0.1:8080", value_parser = base_url, value_name = "URL")]
    pub tracker_url: Url,

    /// loadgen: drills, and the traces that it keeps.
    #[arg(long, env = "LOADGEN_URL", default_value = "http://127.0.0.1:8002", value_parser = base_url, value_name = "URL")]
    pub loadgen_url: Url,

    /// A Prometheus, or what answers like one; without it the control room shows no figures.
    #[arg(long, env = "METRICS_URL", value_parser = base_url, value_name = "URL")]
    pub metrics_url: Option<Url>,

    /// Alertmanager, which knows what is silenced or inhibited.
    #[arg(long, env = "ALERTMANAGER_URL", value_parser = base_url, value_name = "URL")]
    pub alertmanager_url: Option<Url>,

    /// Seconds that a service may take to answer.
    #[arg(long, env = "NEIGHBOUR_TIMEOUT", default_value = "5", value_parser = seconds, value_name = "SECONDS")]
    pub neighbour_timeout: Duration,
}

/// Pages of others, as the people's browsers reach them. Without a URL there is no link.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Links")]
pub struct LinksConfig {
    /// Prometheus.
    #[arg(long, env = "PROMETHEUS_URL", value_parser = link, value_name = "URL")]
    pub prometheus_url: Option<Url>,

    /// Grafana.
    #[arg(long, env = "GRAFANA_URL", value_parser = link, value_name = "URL")]
    pub grafana_url: Option<Url>,

    /// Jaeger, where traces are looked at instead of here.
    #[arg(long, env = "JAEGER_URL", value_parser = link, value_name = "URL")]
    pub jaeger_url: Option<Url>,
}

/// Parses a link: nothing that a browser would run, and no password.
fn link(text: &str) -> Result<Url, String> {
    let url: Url = text
        .parse()
        .map_err(|error| format!("not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("must begin with http:// or https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must hold no user and no password".to_owned());
    }
    Ok(url)
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
        let config = Config::parse_from(["ui"]);
        assert_eq!(config.api_address, ([127, 0, 0, 1], 8000).into());
        assert_eq!(config.telemetry_address, ([127, 0, 0, 1], 9110).into());
    }

    #[test]
    fn a_link_is_a_page_without_secrets() {
        assert!(link("https://grafana.example.org/x/").is_ok());
        for wrong in ["", "grafana:3000", "javascript:alert(1)", "file:///etc"] {
            assert!(link(wrong).is_err(), "{wrong}");
        }
        let error = link("http://me:hunter2@grafana").expect_err("holds a password");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
