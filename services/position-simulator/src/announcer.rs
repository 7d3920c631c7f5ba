//! Tells the company which orders are on their way and which are delivered: from the store, once the
//! moment has come, and again until the queue has confirmed.

use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;
use chassis::queue::{Outgoing, QueueError, Queues};
use contracts::{OrdersDelivered, OrdersDispatched};

use crate::clock;
use crate::outage::{self, Outage};
use crate::store::{Delivery, Departure, Due, Store};

/// How often it looks for something to tell.
const EVERY: Duration = Duration::from_millis(250);

/// Announcements of a kind that are told at once.
const MOST: u32 = 128;

/// The task.
#[derive(Debug)]
pub(crate) struct Announcer {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) queues: Queues,
    pub(crate) stop: Stop,
}

impl Announcer {
    /// Works until the stop.
    pub(crate) async fn run(self) {
        let mut database = Outage::none("reading announcements");
        let mut queue = Outage::none("announcing");
        let mut marking = Outage::none("marking announcements");
        while clock::pause(EVERY, &self.stop).await {
            loop {
                let due = outage::ask(self.store.due(clock::now(), MOST)).await;
                let Some(due) = database.note(due).filter(|due| !is_empty(due)) else {
                    break;
                };
                let there_is_more = is_full(&due);
                let Some(()) = queue.note(self.tell(&due).await) else {
                    break;
                };
                // Should this fail, all is told again, which those who hear it must expect.
                let marked = outage::ask(self.store.announced(&due)).await;
                if marking.note(marked).is_none() || !there_is_more || self.stop.is_requested() {
                    break;
                }
            }
        }
    }

    /// Departures first: a delivery is of an order that is on its way.
    async fn tell(&self, due: &Due) -> Result<(), QueueError> {
        let departures: Vec<_> = due.departures.iter().map(dispatched).collect();
        self.queues.publish(&departures).await?;
        let deliveries: Vec<_> = due.deliveries.iter().map(delivered).collect();
        self.queues.publish(&deliveries).await
    }
}

const fn is_empty(due: &Due) -> bool {
    due.departures.is_empty() && due.deliveries.is_empty()
}

const fn is_full(due: &Due) -> bool {
    let most = MOST as usize;
    due.departures.len() >= most || due.deliveries.len() >= most
}

fn dispatched(departure: &Departure) -> Outgoing<OrdersDispatched> {
    Outgoing {
        event: OrdersDispatched {
            trip_id: departure.trip_id,
            vehicle: departure.vehicle.clone(),
            order_ids: departure.order_ids.clone(),
            at: departure.at,
        },
        traceparent: departure.traceparent.clone(),
    }
}

fn delivered(delivery: &Delivery) -> Outgoing<OrdersDelivered> {
    Outgoing {
        event: OrdersDelivered {
            trip_id: delivery.trip_id,
            vehicle: delivery.vehicle.clone(),
            order_ids: delivery.order_ids.clone(),
            at: delivery.at,
        },
        traceparent: delivery.traceparent.clone(),
    }
}
