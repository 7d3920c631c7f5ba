//! Where everything listens: the design's ports, all moved by the same offset.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context as _, bail};
use url::Url;

/// The ports of one company on the loopback address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    offset: u16,
}

/// One thing that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    PokedexApi,
    PokedexTelemetry,
    PizzaApi,
    PizzaTelemetry,
    SimulatorTelemetry,
    TrackerApi,
    TrackerTelemetry,
    LoadgenApi,
    LoadgenTelemetry,
    Ui,
    UiTelemetry,
    Prometheus,
    Alertmanager,
}

impl Place {
    const SERVICES: [Self; 11] = [
        Self::PokedexApi,
        Self::PokedexTelemetry,
        Self::PizzaApi,
        Self::PizzaTelemetry,
        Self::SimulatorTelemetry,
        Self::TrackerApi,
        Self::TrackerTelemetry,
        Self::LoadgenApi,
        Self::LoadgenTelemetry,
        Self::Ui,
        Self::UiTelemetry,
    ];
    const MONITORING: [Self; 2] = [Self::Prometheus, Self::Alertmanager];

    const fn port(self) -> u16 {
        match self {
            Self::PokedexApi => 5000,
            Self::PokedexTelemetry => 8689,
            Self::PizzaApi => 8001,
            Self::PizzaTelemetry => 9111,
            Self::SimulatorTelemetry => 9113,
            Self::TrackerApi => 8080,
            Self::TrackerTelemetry => 9112,
            Self::LoadgenApi => 8002,
            Self::LoadgenTelemetry => 9114,
            Self::Ui => 8000,
            Self::UiTelemetry => 9110,
            Self::Prometheus => 9090,
            Self::Alertmanager => 9093,
        }
    }

    const fn owner(self) -> &'static str {
        match self {
            Self::PokedexApi => "pokedex-api",
            Self::PokedexTelemetry => "pokedex-api's telemetry",
            Self::PizzaApi => "pizza-service",
            Self::PizzaTelemetry => "pizza-service's telemetry",
            Self::SimulatorTelemetry => "position-simulator's telemetry",
            Self::TrackerApi => "position-tracker",
            Self::TrackerTelemetry => "position-tracker's telemetry",
            Self::LoadgenApi => "loadgen",
            Self::LoadgenTelemetry => "loadgen's telemetry",
            Self::Ui => "ui",
            Self::UiTelemetry => "ui's telemetry",
            Self::Prometheus => "Prometheus",
            Self::Alertmanager => "Alertmanager",
        }
    }
}

/// A service by its name in telemetry, and where its telemetry port is: what Prometheus scrapes and
/// where drills break things.
pub(super) const TELEMETRY: [(&str, Place); 6] = [
    ("pokedex-api", Place::PokedexTelemetry),
    ("position-tracker", Place::TrackerTelemetry),
    ("position-simulator", Place::SimulatorTelemetry),
    ("pizza-service", Place::PizzaTelemetry),
    ("loadgen", Place::LoadgenTelemetry),
    ("ui", Place::UiTelemetry),
];

impl Addresses {
    /// The highest port of the design is 9114: an offset that carries it past 65535 is refused.
    pub(super) fn new(offset: u16) -> anyhow::Result<Self> {
        Place::LoadgenTelemetry
            .port()
            .checked_add(offset)
            .context("--port-offset: must be at most 56421")?;
        Ok(Self { offset })
    }

    pub(super) fn of(self, place: Place) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, place.port() + self.offset))
    }

    pub(super) fn url(self, place: Place) -> anyhow::Result<Url> {
        Ok(Url::parse(&format!("http://{}", self.of(place)))?)
    }

    pub(super) fn url_of(self, place: Place, path: &str) -> anyhow::Result<Url> {
        Ok(self.url(place)?.join(path)?)
    }

    /// Looks whether every port can be had, so that one line names all that cannot.
    pub(super) fn check_free(self, monitoring: bool) -> anyhow::Result<()> {
        let monitoring = Place::MONITORING.iter().filter(|_| monitoring);
        let taken: Vec<String> = Place::SERVICES
            .iter()
            .chain(monitoring)
            .filter(|place| TcpListener::bind(self.of(**place)).is_err())
            .map(|place| format!("{} (for {})", self.of(*place), place.owner()))
            .collect();
        if taken.is_empty() {
            return Ok(());
        }
        bail!(
            "another program listens on {}; stop it, or move this company with --port-offset {}",
            taken.join(", "),
            if self.offset == 0 { 10_000 } else { 0 }
        )
    }
}
