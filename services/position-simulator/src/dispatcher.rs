//! Loads whatever waits onto the next van, once a second, half a second before vans leave: what comes
//! within a second goes together.

use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;
use opentelemetry::context::FutureExt as _;
use parking_lot::Mutex;

use crate::clock;
use crate::fleet::{Fleet, Journey, VanId, second_after};
use crate::metrics::Metrics;
use crate::outage::{self, Outage};
use crate::roads::Roads;
use crate::store::Store;
use crate::trace::TripSpan;
use crate::trip::{self, Loaded, Trip, WaitingOrder};

/// When vans are loaded: so many milliseconds after a whole second.
const LOADING: u16 = 500;

/// How soon the database is asked again after it has failed.
const AGAIN: Duration = Duration::from_millis(500);

/// The task. There is one: vans leave one after the other.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) roads: Arc<Roads>,
    pub(crate) fleet: Arc<Mutex<Fleet>>,
    pub(crate) metrics: Metrics,
    pub(crate) capacity: u32,
    pub(crate) time_factor: u32,
    pub(crate) outage: Outage,
    pub(crate) stop: Stop,
}

impl Dispatcher {
    /// Works until the stop.
    pub(crate) async fn run(mut self) {
        let stop = self.stop.clone();
        while clock::tick(LOADING, &stop).await {
            while self.load_next().await {}
        }
    }

    /// Loads one van. Returns whether there may be more to load.
    async fn load_next(&mut self) -> bool {
        let Some(van) = self.fleet.lock().next_at_shop(clock::now()) else {
            return false;
        };
        let waiting = outage::ask(self.store.waiting(self.capacity)).await;
        let Some(orders) = self
            .outage
            .note(waiting)
            .filter(|orders| !orders.is_empty())
        else {
            return false;
        };
        self.send(van, &orders).await && orders.len() as u64 >= u64::from(self.capacity)
    }

    /// Sends a van with these orders. Returns whether it is gone.
    async fn send(&mut self, van: VanId, orders: &[WaitingOrder]) -> bool {
        let (departs_at, vehicle) = {
            let mut fleet = self.fleet.lock();
            (fleet.load(van, clock::now()), fleet.name(van).to_owned())
        };
        let mut loaded = trip::plan(&self.roads, &vehicle, orders, departs_at, self.time_factor);
        let span = TripSpan::begin(orders, &loaded);
        loaded.trip.traceparent = span.traceparent();
        match self.store_trip(&mut loaded, &span).await {
            Stored::As(trip) => {
                span.end(trip.returns_at.into());
                self.depart(van, trip);
                true
            }
            Stored::Not => {
                span.fail();
                self.look_again(van).await;
                false
            }
            Stored::Unknown => false,
        }
    }

    /// Stores a trip, however long it takes. Until it is known whether an attempt has succeeded, no
    /// other trip is tried: the same one is, with a new departure, and the attempt that succeeded
    /// first counts.
    async fn store_trip(&mut self, loaded: &mut Loaded, span: &TripSpan) -> Stored {
        loop {
            let attempt = outage::in_time(self.store.depart(loaded));
            let outcome = attempt.with_context(span.context()).await;
            match self.outage.note(outcome) {
                Some(Some(trip)) => return Stored::As(trip),
                Some(None) => return Stored::Not,
                None if !clock::pause(AGAIN, &self.stop).await => return Stored::Unknown,
                None => loaded.trip.put_off_to(second_after(clock::now())),
            }
        }
    }

    fn depart(&self, van: VanId, trip: Trip) {
        let (vehicle, stops) = (trip.vehicle.clone(), trip.stops.len());
        tracing::debug!(vehicle, stops, trip_id = %trip.id, "a van leaves");
        self.metrics.trips_started.inc();
        let mut fleet = self.fleet.lock();
        match Journey::of(&self.roads, trip) {
            Some(journey) => fleet.depart(van, journey),
            None => fleet.unload(van),
        }
    }

    /// Somebody else has sent the van or taken an order: goes by what is stored.
    async fn look_again(&mut self, van: VanId) {
        tracing::warn!("a van or an order was gone; does another copy of this service run?");
        loop {
            let trips = outage::ask(self.store.on_the_road(clock::now())).await;
            if let Some(trips) = self.outage.note(trips) {
                let mut fleet = self.fleet.lock();
                fleet.unload(van);
                fleet.resume(&self.roads, trips);
                return;
            }
            if !clock::pause(AGAIN, &self.stop).await {
                return;
            }
        }
    }
}

/// What became of a trip.
enum Stored {
    /// It is stored like this.
    As(Trip),
    /// It is not.
    Not,
    /// Nobody knows, and it is time to stop. The next process reads it.
    Unknown,
}
