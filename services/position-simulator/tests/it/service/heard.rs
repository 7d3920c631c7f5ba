//! What the simulator says, and what must be true of it.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use chassis::queue::{Busy, Handler, Incoming, Settlement};
use contracts::vehicle::Position;
use contracts::{Event, OrdersDelivered, OrdersDispatched, VehiclePosition};
use parking_lot::Mutex;
use time::OffsetDateTime;
use uuid::Uuid;

/// All that was said so far, repetitions included.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    dispatched: Vec<OrdersDispatched>,
    delivered: Vec<OrdersDelivered>,
    positions: Vec<VehiclePosition>,
    /// Positions that carried a trace.
    pub(super) traced_positions: usize,
}

/// Keeps what it hears. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Hearer(Arc<Mutex<Heard>>);

/// Hears one kind of event.
pub(super) struct Ear<E>(Hearer, PhantomData<fn(E)>);

/// Keeps one kind of event.
pub(super) trait Hears<E> {
    fn hear(&self, message: &Incoming<E>);
}

impl Hearer {
    pub(super) fn heard(&self) -> Heard {
        self.0.lock().clone()
    }
}

impl Hears<OrdersDispatched> for Hearer {
    fn hear(&self, message: &Incoming<OrdersDispatched>) {
        self.0.lock().dispatched.push(message.event.clone());
    }
}

impl Hears<OrdersDelivered> for Hearer {
    fn hear(&self, message: &Incoming<OrdersDelivered>) {
        self.0.lock().delivered.push(message.event.clone());
    }
}

impl Hears<VehiclePosition> for Hearer {
    fn hear(&self, message: &Incoming<VehiclePosition>) {
        let mut heard = self.0.lock();
        heard.positions.push(message.event.clone());
        heard.traced_positions += usize::from(message.traceparent.is_some());
    }
}

impl<E> Ear<E> {
    pub(super) fn of(hearer: &Hearer) -> Self {
        Self(hearer.clone(), PhantomData)
    }
}

#[async_trait]
impl<E: Event> Handler for Ear<E>
where
    Hearer: Hears<E>,
{
    type Event = E;

    async fn handle(&self, batch: &[Incoming<E>]) -> Result<Vec<Settlement>, Busy> {
        for message in batch {
            self.0.hear(message);
        }
        Ok(vec![Settlement::Done; batch.len()])
    }
}

impl Heard {
    /// The trips that have begun.
    pub(super) fn trips(&self) -> BTreeSet<Uuid> {
        self.dispatched.iter().map(|event| event.trip_id).collect()
    }

    /// The orders that were delivered.
    pub(super) fn delivered(&self) -> BTreeSet<Uuid> {
        self.delivered
            .iter()
            .flat_map(|event| event.order_ids.iter().copied())
            .collect()
    }

    /// The orders that are on a trip, or were.
    pub(super) fn dispatched(&self) -> BTreeSet<Uuid> {
        self.dispatched
            .iter()
            .flat_map(|event| event.order_ids.iter().copied())
            .collect()
    }

    /// How many positions were told.
    pub(super) fn positions(&self) -> usize {
        self.positions.len()
    }

    /// Asserts that each of these orders was dispatched on one trip and delivered at one stop of it,
    /// and no other orders were.
    pub(super) fn assert_each_once(&self, ids: &[Uuid]) {
        let trips = self.trip_of_each();
        let mut stops = BTreeMap::new();
        for event in &self.delivered {
            let departed = &self
                .dispatched
                .iter()
                .find(|one| one.trip_id == event.trip_id);
            let departed = departed.expect("its trip has begun");
            assert_eq!(event.vehicle, departed.vehicle);
            assert!(event.at > departed.at, "{event:?}");
            for id in &event.order_ids {
                let stop = (event.trip_id, event.at);
                assert_eq!(
                    trips.get(id),
                    Some(&event.trip_id),
                    "{id} is on another trip"
                );
                assert_eq!(*stops.entry(*id).or_insert(stop), stop, "{id} twice");
            }
        }
        let wanted: BTreeSet<_> = ids.iter().copied().collect();
        assert!(
            stops.keys().eq(&wanted),
            "other orders than those that were placed"
        );
        assert!(
            trips.keys().eq(&wanted),
            "other orders than those that were placed"
        );
    }

    fn trip_of_each(&self) -> BTreeMap<Uuid, Uuid> {
        let mut trips = BTreeMap::new();
        for event in &self.dispatched {
            for id in &event.order_ids {
                let trip = *trips.entry(*id).or_insert(event.trip_id);
                assert_eq!(trip, event.trip_id, "{id} is on two trips");
            }
        }
        trips
    }

    /// Asserts that a van is at one place at a time, whoever told so. Returns the places.
    pub(super) fn assert_positions_agree(
        &self,
    ) -> BTreeMap<&str, BTreeMap<OffsetDateTime, Position>> {
        let mut vans: BTreeMap<&str, BTreeMap<_, _>> = BTreeMap::new();
        for event in &self.positions {
            let position = event.position;
            assert_eq!(position.at.nanosecond(), 0, "not a whole second");
            let seconds = vans.entry(&event.vehicle).or_default();
            let told = *seconds.entry(position.at).or_insert(position);
            assert_eq!(told, position, "{} is at two places", event.vehicle);
        }
        vans
    }

    /// Asserts that each van has a position for each second between its first and its last.
    pub(super) fn assert_positions_without_gaps(&self, vehicles: usize) {
        let vans = self.assert_positions_agree();
        assert_eq!(vans.len(), vehicles);
        for (van, seconds) in vans {
            let mut before = None;
            for at in seconds.keys().map(|at| at.unix_timestamp()) {
                assert!(
                    before.is_none_or(|before| before + 1 == at),
                    "{van}: a gap before {at}"
                );
                before = Some(at);
            }
        }
    }
}
