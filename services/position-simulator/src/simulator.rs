//! The parts of the service, put together.

use std::sync::Arc;

use chassis::Stop;
use chassis::boot::BootError;
use chassis::queue::{ConsumerSettings, Queues};
use contracts::town::Town;
use parking_lot::Mutex;
use prometheus_client::registry::Registry;

use crate::announcer::Announcer;
use crate::clock;
use crate::config::DrivingConfig;
use crate::dispatcher::Dispatcher;
use crate::fleet::{Fleet, names};
use crate::housekeeper::Housekeeper;
use crate::metrics::Metrics;
use crate::orders::Orders;
use crate::outage::{self, Outage};
use crate::positions::Positions;
use crate::roads::Roads;
use crate::store::Store;

/// The service without its sockets.
#[derive(Debug)]
pub(crate) struct Simulator {
    config: DrivingConfig,
    store: Arc<dyn Store>,
    queues: Queues,
    metrics: Metrics,
    roads: Arc<Roads>,
    fleet: Arc<Mutex<Fleet>>,
}

impl Simulator {
    /// Finds the vans where they are by now.
    pub(crate) async fn assemble(
        config: &DrivingConfig,
        store: Arc<dyn Store>,
        queues: Queues,
        registry: &mut Registry,
    ) -> Result<Self, BootError> {
        let roads = Roads::of(Town::emberwick());
        let trips = outage::ask(store.on_the_road(clock::now()))
            .await
            .map_err(|error| BootError::Database(error.to_string()))?;
        let mut fleet = Fleet::new(&roads, names::names(config.vehicles), clock::now());
        fleet.resume(&roads, trips);
        Ok(Self {
            config: config.clone(),
            store,
            queues,
            metrics: Metrics::register(registry),
            roads: Arc::new(roads),
            fleet: Arc::new(Mutex::new(fleet)),
        })
    }

    /// Starts its tasks. They end after `stop`.
    pub(crate) fn start(self, stop: &Stop) {
        let orders = Orders {
            store: Arc::clone(&self.store),
            metrics: self.metrics.clone(),
        };
        self.queues
            .consume(orders, ConsumerSettings::default(), stop);
        stop.spawn(self.dispatcher(stop).run());
        stop.spawn(self.announcer(stop).run());
        stop.spawn(self.housekeeper(stop).run());
        let vehicles = self.config.vehicles;
        let positions = Positions::new(
            self.queues,
            self.fleet,
            self.metrics,
            vehicles,
            stop.clone(),
        );
        stop.spawn(positions.run());
    }

    fn dispatcher(&self, stop: &Stop) -> Dispatcher {
        Dispatcher {
            store: Arc::clone(&self.store),
            roads: Arc::clone(&self.roads),
            fleet: Arc::clone(&self.fleet),
            metrics: self.metrics.clone(),
            capacity: self.config.capacity,
            time_factor: self.config.time_factor,
            outage: Outage::none("dispatching"),
            stop: stop.clone(),
        }
    }

    fn announcer(&self, stop: &Stop) -> Announcer {
        Announcer {
            store: Arc::clone(&self.store),
            queues: self.queues.clone(),
            stop: stop.clone(),
        }
    }

    fn housekeeper(&self, stop: &Stop) -> Housekeeper {
        Housekeeper {
            store: Arc::clone(&self.store),
            metrics: self.metrics.clone(),
            remember: self.config.remember(),
            stop: stop.clone(),
        }
    }
}
