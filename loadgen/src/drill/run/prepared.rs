//! What a drill needs at hand before anybody is asked anything: every address known, and within the
//! rails.

use std::collections::{BTreeMap, BTreeSet};

use super::{DeskChoice, Drill};
use crate::drill::alertmanager::Alertmanager;
use crate::drill::desk::{Desk, Lease, Receiver};
use crate::drill::faults::Faults;
use crate::drill::http::{self, Api};
use crate::drill::monitors::Monitors;
use crate::drill::prometheus::Prometheus;
use crate::drill::rails;
use crate::drill::source::AlertSource;
use crate::load::{Destination, Flow, Plan, Targets};
use crate::scenario::Effect;

/// Clients for everything that the drill talks to.
pub(super) struct Prepared {
    pub(super) monitors: Monitors,
    pub(super) pizza: Api,
    pub(super) targets: Targets,
    pub(super) services: BTreeMap<String, Faults>,
    pub(super) desk: Desk,
}

impl Drill<'_> {
    /// Fails with everything that is in the way before anybody was asked anything.
    pub(super) async fn prepare(&self) -> Result<Prepared, Vec<String>> {
        let company = &self.order.company;
        let client = http::client();
        let mut obstacles = Vec::new();
        let services = self.services(&client, &mut obstacles);
        let targets = self.targets(&mut obstacles);
        let monitors = self.monitors(&client, &mut obstacles);
        let desk = self
            .desk(&client)
            .await
            .map_err(|error| obstacles.push(error));
        match (targets, desk) {
            (Some(targets), Ok(desk)) if obstacles.is_empty() => Ok(Prepared {
                pizza: Api::new(client, company.pizza_url.clone()),
                monitors,
                targets,
                services,
                desk,
            }),
            _ => Err(obstacles),
        }
    }

    /// Where the scenario's customers go: addresses that are known, and may be loaded.
    fn targets(&self, obstacles: &mut Vec<String>) -> Option<Targets> {
        let company = &self.order.company;
        let flows: BTreeSet<Flow> = Plan::new(&self.order.scenario.phases, 0).flows().collect();
        let destinations = flows.iter().map(|flow| flow.destination());
        let visited: BTreeSet<_> = destinations
            // The preflight asks pizza-service, whatever the customers come for.
            .chain([Destination::Pizza])
            .filter_map(|destination| company.url_of(destination))
            .collect();
        for url in visited {
            let off_limits = rails::check(url, &self.order.allow_hosts).err();
            obstacles.extend(off_limits.map(|error| error.to_string()));
        }
        let targets = match company.targets() {
            Ok(targets) => targets,
            Err(error) => {
                obstacles.push(error.to_string());
                return None;
            }
        };
        let homeless = targets.serve(flows.into_iter()).err();
        obstacles.extend(homeless.map(|error| error.to_string()));
        Some(targets)
    }

    /// The services that the scenario breaks or looks at.
    fn services(
        &self,
        client: &reqwest::Client,
        obstacles: &mut Vec<String>,
    ) -> BTreeMap<String, Faults> {
        let company = &self.order.company;
        let scenario = &self.order.scenario;
        let broken = scenario.faults.iter().map(|fault| &fault.service);
        let watched = scenario
            .expect
            .effect
            .iter()
            .filter_map(|effect| match effect {
                Effect::Restarts { service, .. } => Some(service),
                _ => None,
            });
        let mut services = BTreeMap::new();
        for name in broken.chain(watched).collect::<BTreeSet<_>>() {
            let Some(telemetry) = company.telemetry.get(name) else {
                obstacles.push(format!(
                    "{name}'s telemetry port is not known; say --telemetry {name}=URL"
                ));
                continue;
            };
            if let Err(error) = rails::check(telemetry, &self.order.allow_hosts) {
                obstacles.push(error.to_string());
            }
            let faults = Faults::new(
                client.clone(),
                name,
                telemetry.clone(),
                company.faults_token.clone(),
            );
            services.insert(name.clone(), faults);
        }
        services
    }

    fn monitors(&self, client: &reqwest::Client, obstacles: &mut Vec<String>) -> Monitors {
        let company = &self.order.company;
        let source = company.alerts.source;
        if source == AlertSource::Prometheus && company.metrics_url.is_none() {
            obstacles.push("the company runs without Prometheus; install it and start the company again, or say where one is by --metrics-url".to_owned());
        }
        if source != AlertSource::Webhook && company.alertmanager_url.is_none() {
            obstacles.push("the company runs without Alertmanager; install it and start the company again, or say where one is by --alertmanager-url".to_owned());
        }
        if source == AlertSource::Webhook && !self.order.scenario.silences.is_empty() {
            obstacles.push("the scenario sets silences, which takes an Alertmanager; choose another --alert-source".to_owned());
        }
        let alertmanager = (source != AlertSource::Webhook)
            .then(|| company.alertmanager_url.clone())
            .flatten();
        Monitors {
            source,
            prometheus: company
                .metrics_url
                .clone()
                .map(|url| Prometheus::new(client.clone(), url)),
            alertmanager: alertmanager.map(|url| Alertmanager::new(client.clone(), url)),
        }
    }

    async fn desk(&self, client: &reqwest::Client) -> Result<Desk, String> {
        match self.order.desk {
            DeskChoice::Leased => {
                let url = &self.order.company.loadgen_url;
                rails::check(url, &self.order.allow_hosts).map_err(|error| error.to_string())?;
                Ok(Desk::Leased(Lease::new(
                    client.clone(),
                    url.clone(),
                    &self.id,
                )))
            }
            DeskChoice::Own(listen) => match Receiver::listen(listen).await {
                Ok(receiver) => Ok(Desk::Own(receiver)),
                Err(error) => Err(format!(
                    "cannot listen for webhooks on {listen}: {error}; choose another with --webhook-listen"
                )),
            },
        }
    }
}
