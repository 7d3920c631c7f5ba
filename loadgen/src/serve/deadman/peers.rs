//! Prometheus and Alertmanager, asked whether they are ready: a Watchdog that is missing does not say
//! whose fault that is.

use parking_lot::Mutex;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::DeadmanArgs;
use crate::drill::http::{Api, client};

/// Whether one of them is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// Whether it said so.
    pub ready: bool,
    /// `ready`, or why it is taken not to be.
    pub said: String,
}

/// Both, as far as their addresses are known.
#[derive(Debug)]
pub(super) struct Peers {
    prometheus: Peer,
    alertmanager: Peer,
}

#[derive(Debug)]
struct Peer {
    api: Option<Api>,
    health: Mutex<Option<Health>>,
}

impl Peers {
    pub(super) fn new(args: &DeadmanArgs) -> Self {
        let client = client();
        let peer = |url: &Option<Url>| Peer {
            api: url.clone().map(|url| Api::new(client.clone(), url)),
            health: Mutex::default(),
        };
        Self {
            prometheus: peer(&args.metrics_url),
            alertmanager: peer(&args.alertmanager_url),
        }
    }

    /// Asks both; the client's time limit bounds how long that takes.
    pub(super) async fn ask(&self) {
        tokio::join!(self.prometheus.ask(), self.alertmanager.ask());
    }

    pub(super) fn prometheus(&self) -> Option<Health> {
        self.prometheus.health.lock().clone()
    }

    pub(super) fn alertmanager(&self) -> Option<Health> {
        self.alertmanager.health.lock().clone()
    }
}

impl Peer {
    async fn ask(&self) {
        let Some(api) = &self.api else { return };
        let health = match api.text("/-/ready").await {
            Ok(_) => Health {
                ready: true,
                said: "ready".to_owned(),
            },
            Err(error) => Health {
                ready: false,
                said: error.to_string(),
            },
        };
        *self.health.lock() = Some(health);
    }
}
