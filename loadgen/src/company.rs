//! Where the company is.

use std::collections::BTreeMap;

use secrecy::SecretString;
use url::Url;

use crate::drill::source::Alerts;
use crate::load::{Destination, TargetError, Targets};
use crate::scenario::SERVICES;

mod args;
mod written;

pub use args::CompanyArgs;
pub(crate) use args::telemetry_url;
pub use written::CompanyError;

/// The file that a running company keeps in its data folder.
pub const FILE: &str = "company.json";

/// The company's addresses, settled.
#[derive(Clone, Debug)]
pub struct Company {
    /// pizza-service's API.
    pub pizza_url: Url,
    /// pokedex-api's API; nothing where the company has none.
    pub pokedex_url: Option<Url>,
    /// position-tracker's API; nothing where the company has none.
    pub tracker_url: Option<Url>,
    /// Prometheus; nothing where the company runs without it.
    pub metrics_url: Option<Url>,
    /// Alertmanager; nothing where the company runs without it.
    pub alertmanager_url: Option<Url>,
    /// `loadgen serve`.
    pub loadgen_url: Url,
    /// Telemetry ports by service.
    pub telemetry: BTreeMap<String, Url>,
    /// The token that services ask for before they break.
    pub faults_token: Option<SecretString>,
    /// Where its alerts are learnt from.
    pub alerts: Alerts,
}

impl Company {
    /// The usual addresses.
    pub fn usual() -> Self {
        Self {
            pizza_url: local(8001),
            pokedex_url: Some(local(5000)),
            tracker_url: Some(local(8080)),
            metrics_url: Some(local(9090)),
            alertmanager_url: Some(local(9093)),
            loadgen_url: local(8002),
            telemetry: usual_telemetry(),
            alerts: Alerts::default(),
            faults_token: None,
        }
    }

    /// Where customers go, as far as addresses are known.
    ///
    /// # Errors
    /// When an address is none that can be visited.
    pub fn targets(&self) -> Result<Targets, TargetError> {
        Targets::new(&self.pizza_url)?
            .with_pokedex(self.pokedex_url.as_ref())?
            .with_tracker(self.tracker_url.as_ref())
    }

    /// The address of a service that customers visit, where it is known.
    pub const fn url_of(&self, destination: Destination) -> Option<&Url> {
        match destination {
            Destination::Pizza => Some(&self.pizza_url),
            Destination::Pokedex => self.pokedex_url.as_ref(),
            Destination::Tracker => self.tracker_url.as_ref(),
        }
    }
}

/// Where telemetry is in a company that nobody has moved.
fn usual_telemetry() -> BTreeMap<String, Url> {
    let services = SERVICES.iter();
    services
        .map(|service| (service.name.to_owned(), local(service.telemetry_port)))
        .collect()
}

/// An address of this machine.
fn local(port: u16) -> Url {
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    // Unwrap safety: an IPv4 socket address is a valid authority, whatever the port.
    #[expect(clippy::unwrap_used, reason = "the text is a URL by its making")]
    Url::parse(&format!("http://{address}")).unwrap()
}

#[cfg(test)]
mod tests;
