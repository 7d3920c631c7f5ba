//! The company's own processes: each a role of this binary.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use rand::RngExt as _;

use super::addresses::{Addresses, Place};
use super::{CompanyConfig, STOP_TIMEOUT};
use crate::supervisor::{ProcessSpec, tied};

/// How long the Watchdog may stay away at stock speed: five times its `repeat_interval`.
const DEADMAN_LIMIT: Duration = Duration::from_mins(5);

/// Requests that pizza-service works on at once. Customers of a company of one command hold some 250
/// connections at most: a limit that they cannot come near would be one that no drill can prove.
const PLACES: u16 = 200;

/// The token of this run's `/faults`, made anew each time; none where faults are switched off.
pub(super) struct Secret(Option<String>);

impl Secret {
    pub(super) fn new(faults: bool) -> Self {
        Self(faults.then(|| format!("{:032x}", rand::rng().random::<u128>())))
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// The services, in the order in which they start: whom others call comes first.
pub(super) fn services(
    config: &CompanyConfig,
    data_dir: &Path,
    addresses: Addresses,
    secret: &Secret,
) -> anyhow::Result<Vec<ProcessSpec>> {
    let role = |name, telemetry, api, arguments| {
        role(name, telemetry, api, arguments, data_dir, addresses, secret)
    };
    Ok(vec![
        role(
            "pokedex-api",
            Place::PokedexTelemetry,
            Some(Place::PokedexApi),
            vec![],
        )?,
        role(
            "position-tracker",
            Place::TrackerTelemetry,
            Some(Place::TrackerApi),
            vec![],
        )?,
        role(
            "position-simulator",
            Place::SimulatorTelemetry,
            None,
            vec![format!("--time-factor={}", config.time_factor)],
        )?,
        role(
            "pizza-service",
            Place::PizzaTelemetry,
            Some(Place::PizzaApi),
            vec![
                format!("--max-active-requests={PLACES}"),
                format!("--pokedex-url={}", addresses.url(Place::PokedexApi)?),
            ],
        )?,
    ])
}

fn role(
    name: &str,
    telemetry: Place,
    api: Option<Place>,
    mut arguments: Vec<String>,
    data_dir: &Path,
    addresses: Addresses,
    secret: &Secret,
) -> anyhow::Result<ProcessSpec> {
    arguments.insert(0, name.to_owned());
    arguments.push(format!("--telemetry-address={}", addresses.of(telemetry)));
    let listen = api.map(|api| addresses.of(api));
    arguments.extend(listen.map(|listen| format!("--api-address={listen}")));
    arguments.push("--log-format=json".to_owned());
    if !has_collector() {
        let receiver = addresses.url(Place::LoadgenApi)?;
        arguments.push(format!("--otlp-endpoint={receiver}"));
    }
    let mut environment = environment(data_dir, secret.token());
    // Where POSTGRES_URL is set, all services share that database: each in a schema of its own.
    environment.push(("POSTGRES_SCHEMA".to_owned(), name.replace('-', "_")));
    Ok(ProcessSpec {
        name: name.to_owned(),
        program: tied::itself()?,
        arguments: arguments.into_iter().map(OsString::from).collect(),
        environment,
        listen,
        ready_url: addresses.url_of(telemetry, "/readyz")?,
        stop_timeout: STOP_TIMEOUT,
    })
}

/// The everyday customers, and the desk where drills sign in.
pub(super) fn customers(
    data_dir: &Path,
    addresses: Addresses,
    secret: &Secret,
    config: &CompanyConfig,
    monitored: bool,
) -> anyhow::Result<ProcessSpec> {
    let mut arguments = vec![
        "loadgen".into(),
        "serve".into(),
        format!("--listen={}", addresses.of(Place::LoadgenApi)),
        format!(
            "--telemetry-address={}",
            addresses.of(Place::LoadgenTelemetry)
        ),
        format!("--pizza-url={}", addresses.url(Place::PizzaApi)?),
        format!("--pokedex-url={}", addresses.url(Place::PokedexApi)?),
        format!("--tracker-url={}", addresses.url(Place::TrackerApi)?),
        format!("--baseline={}", config.baseline),
        format!(
            "--deadman-limit={}s",
            DEADMAN_LIMIT.as_secs() / u64::from(config.speed.divisor())
        ),
        "--log-format=json".into(),
    ];
    if monitored {
        arguments.push(format!(
            "--metrics-url={}",
            addresses.url(Place::Prometheus)?
        ));
        arguments.push(format!(
            "--alertmanager-url={}",
            addresses.url(Place::Alertmanager)?
        ));
    }
    Ok(ProcessSpec {
        name: "loadgen".into(),
        program: tied::itself()?,
        arguments: arguments.into_iter().map(OsString::from).collect(),
        environment: environment(data_dir, secret.token()),
        listen: Some(addresses.of(Place::LoadgenApi)),
        ready_url: addresses.url_of(Place::LoadgenTelemetry, "/readyz")?,
        stop_timeout: STOP_TIMEOUT,
    })
}

/// The shop window and the control room, over all of them.
pub(super) fn ui(
    data_dir: &Path,
    addresses: Addresses,
    secret: &Secret,
    monitored: bool,
) -> anyhow::Result<ProcessSpec> {
    let mut arguments = vec![
        format!("--pizza-url={}", addresses.url(Place::PizzaApi)?),
        format!("--pokedex-url={}", addresses.url(Place::PokedexApi)?),
        format!("--tracker-url={}", addresses.url(Place::TrackerApi)?),
        format!("--loadgen-url={}", addresses.url(Place::LoadgenApi)?),
    ];
    if monitored {
        let prometheus = addresses.url(Place::Prometheus)?;
        arguments.push(format!("--metrics-url={prometheus}"));
        arguments.push(format!("--prometheus-url={prometheus}"));
        let alertmanager = addresses.url(Place::Alertmanager)?;
        arguments.push(format!("--alertmanager-url={alertmanager}"));
    }
    role(
        "ui",
        Place::UiTelemetry,
        Some(Place::Ui),
        arguments,
        data_dir,
        addresses,
        secret,
    )
}

/// Whether the environment, which all children share, says where traces go. Otherwise the services
/// send them to loadgen, which keeps the newest and sends none itself.
fn has_collector() -> bool {
    std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_some_and(|url| !url.is_empty())
}

fn environment(data_dir: &Path, token: Option<&str>) -> Vec<(String, String)> {
    let data_dir = ("DATA_DIR".to_owned(), data_dir.display().to_string());
    // Empty, not absent: a token in the supervisor's own environment must not reach the services
    // of a company whose faults are switched off.
    let token = (
        "FAULTS_TOKEN".to_owned(),
        token.unwrap_or_default().to_owned(),
    );
    // Nor may one in a file, which the empty one would not keep out.
    let token_file = ("FAULTS_TOKEN_FILE".to_owned(), String::new());
    vec![data_dir, token, token_file]
}
