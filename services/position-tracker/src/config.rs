//! The settings of this service.

use std::net::SocketAddr;
use std::time::Duration;

use chassis::config::{DatabaseConfig, FaultsConfig, HttpConfig, QueueConfig, TelemetryConfig};
use clap::Parser;

use crate::retention::Retention;

/// Knows where each van is and was.
#[derive(Clone, Debug, Parser)]
#[command(name = "position-tracker", version)]
pub struct Config {
    /// Where the API listens.
    #[arg(long, env = "API_ADDRESS", default_value = "127.0.0.1:8080")]
    pub api_address: SocketAddr,

    /// Where `/metrics`, `/readyz` and the rest of the telemetry port listen.
    #[arg(long, env = "TELEMETRY_ADDRESS", default_value = "127.0.0.1:9112")]
    pub telemetry_address: SocketAddr,

    /// How long positions are kept, such as `90m`, `24h`, `7d`. A vehicle that was not seen for so
    /// long is forgotten.
    #[arg(long, env = "HISTORY_RETENTION", default_value = "24h", value_parser = span, value_name = "TIME")]
    pub history_retention: Duration,

    /// Positions of one vehicle that are kept, the newest ones.
    #[arg(long, env = "HISTORY_LIMIT", default_value_t = 100_000, value_name = "POSITIONS", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub history_limit: u32,

    /// Vehicles that there may be; positions of a further one are ignored.
    #[arg(long, env = "VEHICLE_LIMIT", default_value_t = 10_000, value_name = "VEHICLES", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub vehicle_limit: u32,

    /// Streams that may be open at once; one more is answered 503.
    #[arg(long, env = "STREAM_LIMIT", default_value_t = 64, value_name = "STREAMS", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub stream_limit: u32,

    /// Logs and traces.
    #[command(flatten)]
    pub telemetry: TelemetryConfig,

    /// What the API accepts.
    #[command(flatten)]
    pub http: HttpConfig,

    /// Where positions are kept.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Where positions come from.
    #[command(flatten)]
    pub queue: QueueConfig,

    /// Fault injection.
    #[command(flatten)]
    pub faults: FaultsConfig,
}

impl Config {
    /// What history keeps.
    pub const fn retention(&self) -> Retention {
        Retention {
            age: self.history_retention,
            rows: self.history_limit,
        }
    }
}

/// Parses a whole number of seconds, minutes, hours or days: `90s`, `15m`, `24h`, `7d`. From a
/// second to ten years.
fn span(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_hours(24 * 3653);
    let wrong = || format!("`{text}` is not a time such as 90s, 15m, 24h or 7d");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let count: u32 = text
        .strip_suffix(unit)
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(wrong)?;
    let span = Duration::from_secs(u64::from(count) * seconds);
    if (Duration::from_secs(1)..=MOST).contains(&span) {
        Ok(span)
    } else {
        Err(format!("{text} is out of range, a second to ten years"))
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
    fn the_design_s_addresses_are_the_defaults() {
        let command = Config::command();
        let default = |name: &str| {
            let argument = command.get_arguments().find(|one| one.get_id() == name);
            argument.map(|one| one.get_default_values().to_vec())
        };
        assert_eq!(default("api_address"), Some(vec!["127.0.0.1:8080".into()]));
        let telemetry = default("telemetry_address");
        assert_eq!(telemetry, Some(vec!["127.0.0.1:9112".into()]));
    }

    #[test]
    fn times_have_a_unit_and_a_range() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("15m"), Ok(Duration::from_mins(15)));
        assert_eq!(span("24h"), Ok(Duration::from_hours(24)));
        assert_eq!(span("3653d"), Ok(Duration::from_hours(24 * 3653)));
        for wrong in [
            "", "h", "24", "24 h", "-1h", "+1h", "1.5h", "0s", "3654d", "1w", "5ä",
        ] {
            assert!(span(wrong).is_err(), "{wrong} was taken");
        }
    }
}
