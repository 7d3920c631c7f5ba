//! The desk's own drills: they are ordered by HTTP, run in this process one at a time, and are told
//! about as they go.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;
use parking_lot::Mutex;
use secrecy::ExposeSecret as _;
use thiserror::Error;
use url::Url;
use uuid::Uuid;

use super::lease::Lease;
use crate::company::{Company, CompanyArgs, CompanyError};
use crate::drill::{DeskChoice, Order};
use crate::scenario::Scenario;

pub mod access;
pub mod bus;
mod conduct;
pub mod config;
pub mod entry;
mod figures;
mod listener;
pub mod routes;
mod run;

use bus::Bus;
pub use figures::Figures;
pub use run::{Run, State};

/// Drills that are remembered, with their records.
const REMEMBERED: usize = 20;
/// How long a company that has just started gets before a drill gives up on it.
const PATIENCE: Duration = Duration::from_mins(1);

/// The desk's own drills. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Control(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    company: CompanyArgs,
    allow_hosts: Vec<String>,
    lease: Arc<Lease>,
    bus: Bus,
    runs: Mutex<VecDeque<Arc<Run>>>,
    stop: Stop,
}

/// Why there is no drill.
#[derive(Debug, Error)]
pub enum Refusal {
    /// One at a time.
    #[error("drill {0} is running; wait until it is over, or stop it")]
    Busy(String),
    /// The service stops.
    #[error("this service is stopping")]
    Stopping,
    /// There is nothing to judge by.
    #[error("the company runs without {0}; install it and start the company again, or set {1}")]
    NoMonitoring(&'static str, &'static str),
    /// Nothing can be broken.
    #[error(
        "the company takes no faults: start it with fault injection on, or set FAULTS_TOKEN to the services' token"
    )]
    NoToken,
    /// The company's file is there, and can't be used.
    #[error(transparent)]
    Company(#[from] CompanyError),
}

impl Control {
    /// A desk with no drill yet. `company` is where to look for the company at each order.
    pub fn new(
        company: CompanyArgs,
        allow_hosts: Vec<String>,
        lease: Arc<Lease>,
        stop: &Stop,
    ) -> Self {
        Self(Arc::new(Inner {
            company,
            allow_hosts,
            lease,
            bus: Bus::start(stop),
            runs: Mutex::default(),
            stop: stop.clone(),
        }))
    }

    /// Where it is told what happens.
    pub fn bus(&self) -> &Bus {
        &self.0.bus
    }

    /// Begins a drill.
    ///
    /// # Errors
    /// When it cannot begin now, or not at this company.
    pub fn begin(&self, scenario: Scenario, seed: Option<u64>) -> Result<Arc<Run>, Refusal> {
        let company = self.company(!scenario.faults.is_empty())?;
        let run = Arc::new(Run::new(
            Uuid::now_v7(),
            &scenario.name,
            seed.unwrap_or(scenario.seed),
            self.bus().clone(),
        ));
        let order = Order {
            scenario,
            seed,
            time_scale: None,
            company,
            desk: DeskChoice::Leased,
            allow_hosts: self.0.allow_hosts.clone(),
            patience: PATIENCE,
        };
        {
            // From the look to the entry under one lock: two orders at once are two looks.
            let mut runs = self.0.runs.lock();
            let running = runs.iter().find(|run| !run.is_over());
            let other = running.map(|run| run.id().to_string());
            if let Some(busy) = other.or_else(|| self.0.lease.holder()) {
                return Err(Refusal::Busy(busy));
            }
            if self.0.stop.is_requested() {
                return Err(Refusal::Stopping);
            }
            runs.truncate(REMEMBERED - 1);
            runs.push_front(Arc::clone(&run));
        }
        self.0.stop.spawn(conduct::conduct(Arc::clone(&run), order));
        Ok(run)
    }

    /// The drills that are remembered, the newest first.
    pub fn runs(&self) -> Vec<Arc<Run>> {
        self.0.runs.lock().iter().cloned().collect()
    }

    /// The drill of that id.
    pub fn run(&self, id: Uuid) -> Option<Arc<Run>> {
        let runs = self.0.runs.lock();
        runs.iter().find(|run| run.id() == id).cloned()
    }

    /// Stops the drill that runs, and waits until its faults are taken back. None begins afterwards
    /// if the service's stop has been requested.
    pub async fn close(&self) {
        for run in self.runs() {
            run.stop();
            run.over().await;
        }
    }

    fn company(&self, needs_token: bool) -> Result<Company, Refusal> {
        let args = &self.0.company;
        let is_written = args.is_written()?;
        let company = args.settle()?;
        // Without a company that wrote down where it is, only what was said counts.
        let known = |said: &Option<Url>, settled: &Option<Url>| {
            said.is_some() || (is_written && settled.is_some())
        };
        if !known(&args.metrics_url, &company.metrics_url) {
            return Err(Refusal::NoMonitoring("Prometheus", "METRICS_URL"));
        }
        if !known(&args.alertmanager_url, &company.alertmanager_url) {
            return Err(Refusal::NoMonitoring("Alertmanager", "ALERTMANAGER_URL"));
        }
        let token = company.faults_token.as_ref();
        let has_token = token.is_some_and(|token| !token.expose_secret().is_empty());
        if needs_token && !has_token {
            return Err(Refusal::NoToken);
        }
        Ok(company)
    }
}

/// Where this process reaches itself.
pub fn itself(listen: SocketAddr) -> Option<Url> {
    let mut address = listen;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Url::parse(&format!("http://{address}")).ok()
}
