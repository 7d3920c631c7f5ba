//! Settings that services share. Each is a flag and an environment variable; its doc comment is
//! its help.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use secrecy::SecretString;
use url::Url;

use crate::error::BootError;

pub mod secret;

use secret::Keys;

/// Logs and traces.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Telemetry")]
pub struct TelemetryConfig {
    /// Which log lines: a level, or directives such as `info,pizza_service=debug`.
    #[arg(long, env = "RUST_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,

    /// How log lines look.
    #[arg(long, env = "LOG_FORMAT", default_value = "auto", value_enum)]
    pub log_format: LogFormat,

    /// A file for the log; without it, stderr.
    #[arg(long, env = "LOG_FILE", value_name = "FILE")]
    pub log_file: Option<PathBuf>,

    /// Where traces go, by OTLP over HTTP, such as `http://127.0.0.1:4318`; without it, nowhere.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_parser = endpoint, value_name = "URL")]
    pub otlp_endpoint: Option<Url>,

    /// Traces that begin here and are recorded, a second; further ones leave no spans, and those that
    /// began elsewhere go on. 0 for no limit. `OTEL_TRACES_SAMPLER` goes before it.
    #[arg(
        long,
        env = "TRACES_PER_SECOND",
        default_value_t = 50,
        value_name = "N"
    )]
    pub traces_per_second: u32,

    /// Whether requests leave metrics, spans and log lines. `off` is for measuring what they cost.
    #[arg(long, env = "REQUEST_TELEMETRY", default_value = "on", value_enum)]
    pub request_telemetry: Switch,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Human,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It is done.
    On,
    /// It is not.
    Off,
}

/// What the API accepts, and how long it waits.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "HTTP")]
pub struct HttpConfig {
    /// Seconds that a request may take; then it is answered 503.
    #[arg(long, env = "REQUEST_TIMEOUT", default_value = "10", value_parser = seconds, value_name = "SECONDS")]
    pub request_timeout: Duration,

    /// Seconds that a client may take to send a request's head.
    #[arg(long, env = "HEADER_READ_TIMEOUT", default_value = "5", value_parser = seconds, value_name = "SECONDS")]
    pub header_read_timeout: Duration,

    /// Seconds that running requests get to finish when the service stops.
    #[arg(long, env = "DRAIN_TIMEOUT", default_value = "10", value_parser = seconds, value_name = "SECONDS")]
    pub drain_timeout: Duration,

    /// Requests worked on at once; one more is answered 503.
    #[arg(long, env = "MAX_ACTIVE_REQUESTS", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_active_requests: u32,

    /// Connections open at once; further ones wait to be accepted.
    #[arg(long, env = "MAX_CONNECTIONS", default_value_t = 8192, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// Requests a second that one client address may make; 0 for no limit.
    #[arg(
        long,
        env = "RATE_LIMIT",
        default_value_t = 500,
        value_name = "PER_SECOND"
    )]
    pub rate_limit: u32,

    /// How many proxies in front append to `X-Forwarded-For`; 0 to go by the connection's address.
    #[arg(long, env = "TRUSTED_PROXIES", default_value_t = 0)]
    pub trusted_proxies: u8,
}

/// Fault injection.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Faults")]
pub struct FaultsConfig {
    /// The bearer token that `/faults` asks for; without it nothing can be broken on purpose.
    #[arg(
        long,
        env = FAULTS_TOKEN.value,
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub faults_token: Option<SecretString>,

    /// A file with that token.
    #[arg(long, env = FAULTS_TOKEN.file, value_parser = secret::file(), value_name = "FILE")]
    pub faults_token_file: Option<PathBuf>,
}

/// Where the token for `/faults` is; `loadgen` asks for the same.
pub const FAULTS_TOKEN: Keys = Keys {
    value: "FAULTS_TOKEN",
    file: "FAULTS_TOKEN_FILE",
};

impl FaultsConfig {
    /// The token, wherever it is.
    ///
    /// # Errors
    /// See [`secret::settle`].
    pub fn token(&self) -> Result<Option<SecretString>, BootError> {
        let file = self.faults_token_file.as_deref();
        secret::settle(FAULTS_TOKEN, self.faults_token.as_ref(), file)
    }
}

/// Where data is kept.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Database")]
pub struct DatabaseConfig {
    /// A Postgres database, such as `postgres://user:password@host/name`; without it, SQLite under
    /// the data folder.
    #[arg(long, env = POSTGRES_URL.value, hide_env_values = true, value_name = "URL")]
    pub postgres_url: Option<SecretString>,

    /// A file with that URL.
    #[arg(long, env = POSTGRES_URL.file, value_parser = secret::file(), value_name = "FILE")]
    pub postgres_url_file: Option<PathBuf>,

    /// The schema of the Postgres database that this service's tables are in, made where there is
    /// none; without it, the user's own search path. Lower-case letters, digits and underscores.
    #[arg(long, env = "POSTGRES_SCHEMA", value_parser = schema, value_name = "NAME")]
    pub postgres_schema: Option<String>,

    /// The folder for `SQLite` files.
    #[arg(
        long,
        env = "DATA_DIR",
        default_value = ".firedrill",
        value_name = "DIR"
    )]
    pub data_dir: PathBuf,

    /// Connections to Postgres, or readers of the `SQLite` file.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=100))]
    pub database_connections: u32,

    /// Seconds to wait for the database at the start.
    #[arg(long, env = "DATABASE_START_TIMEOUT", default_value = "30", value_parser = seconds, value_name = "SECONDS")]
    pub database_start_timeout: Duration,
}

const POSTGRES_URL: Keys = Keys {
    value: "POSTGRES_URL",
    file: "POSTGRES_URL_FILE",
};

impl DatabaseConfig {
    /// The Postgres database's URL, wherever it is; none where data is kept in `SQLite` files.
    ///
    /// # Errors
    /// See [`secret::settle`].
    pub fn postgres_url(&self) -> Result<Option<SecretString>, BootError> {
        let file = self.postgres_url_file.as_deref();
        secret::settle(POSTGRES_URL, self.postgres_url.as_ref(), file)
    }
}

/// What services tell each other.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Queue")]
pub struct QueueConfig {
    /// A RabbitMQ, such as `amqp://user:password@host/vhost` or `amqps://…`; without it, a file
    /// under the data folder that all services of the company share.
    #[arg(long, env = AMQP_URL.value, hide_env_values = true, value_name = "URL")]
    pub amqp_url: Option<SecretString>,

    /// A file with that URL.
    #[arg(long, env = AMQP_URL.file, value_parser = secret::file(), value_name = "FILE")]
    pub amqp_url_file: Option<PathBuf>,

    /// Messages that may wait in one queue; a further one is refused. All services must agree.
    #[arg(long, env = "QUEUE_LIMIT", default_value_t = 100_000, value_name = "MESSAGES", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub queue_limit: u32,

    /// How often a message is handed to a handler that panics or dies of it before it is a dead
    /// letter.
    #[arg(long, env = "QUEUE_TRIES", default_value_t = 5, value_name = "TIMES", value_parser = clap::value_parser!(u32).range(3..=100))]
    pub queue_tries: u32,
}

const AMQP_URL: Keys = Keys {
    value: "AMQP_URL",
    file: "AMQP_URL_FILE",
};

impl QueueConfig {
    /// RabbitMQ's URL, wherever it is; none where the queue is a file.
    ///
    /// # Errors
    /// See [`secret::settle`].
    pub fn amqp_url(&self) -> Result<Option<SecretString>, BootError> {
        let file = self.amqp_url_file.as_deref();
        secret::settle(AMQP_URL, self.amqp_url.as_ref(), file)
    }
}

/// Parses seconds with an optional fraction: `0.5`, `10`. From 0.001 to 3600.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| format!("`{text}` is not a number of seconds"))?;
    if (0.001..=3600.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(format!("{text} s is out of range, 0.001 to 3600"))
    }
}

/// Parses the name of a Postgres schema, which goes into a statement as it is.
fn schema(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
    if starts_well && text.len() <= 63 && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(
            "not a name of lower-case letters, digits and underscores, such as pizza_service"
                .to_owned(),
        )
    }
}

/// Parses the URL of a collector. One with a password is refused: this setting is shown in logs.
fn endpoint(text: &str) -> Result<Url, String> {
    let url: Url = text
        .parse()
        .map_err(|error| format!("not a URL: {error}"))?;
    if url.password().is_some() {
        return Err("credentials belong into OTEL_EXPORTER_OTLP_HEADERS".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Everything {
        #[command(flatten)]
        telemetry: TelemetryConfig,
        #[command(flatten)]
        http: HttpConfig,
        #[command(flatten)]
        faults: FaultsConfig,
        #[command(flatten)]
        database: DatabaseConfig,
        #[command(flatten)]
        queue: QueueConfig,
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!(
            "{:?}",
            Everything::parse_from([
                "x",
                "--faults-token=sesame-open",
                "--postgres-url=postgres://pizza:hunter2@db/pizza",
                "--amqp-url=amqp://pizza:swordfish@broker/pizza",
            ])
        );
        assert!(!shown.contains("sesame-open"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(!shown.contains("swordfish"), "{shown}");
        assert!(shown.contains("data_dir"), "the rest is shown: {shown}");
    }

    #[test]
    fn seconds_are_bounded() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "-1", "0", "4000", "NaN", "inf", "ten"] {
            assert!(seconds(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn a_schema_s_name_needs_no_quotes() {
        assert_eq!(schema("pizza_service"), Ok("pizza_service".to_owned()));
        for wrong in ["", "Pizza", "1st", "a-b", "a;drop table x", "ä"] {
            assert!(schema(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn a_collectors_url_holds_no_password() {
        assert!(endpoint("http://127.0.0.1:4318").is_ok());
        let error = endpoint("http://me:hunter2@collector").expect_err("holds a password");
        assert!(!error.contains("hunter2"), "{error}");
        assert!(endpoint("collector").is_err());
    }
}
