//! Takes the orders that were placed: each is stored where a van finds it, and no more than once.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::queue::{Busy, Handler, Incoming, Settlement};
use contracts::OrderPlaced;
use contracts::town::Town;

use crate::metrics::Metrics;
use crate::outage;
use crate::store::Store;
use crate::trip::WaitingOrder;

/// The consumer of `order.placed`.
#[derive(Debug)]
pub(crate) struct Orders {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) metrics: Metrics,
}

#[async_trait]
impl Handler for Orders {
    type Event = OrderPlaced;

    async fn handle(&self, batch: &[Incoming<OrderPlaced>]) -> Result<Vec<Settlement>, Busy> {
        let orders: Vec<_> = batch.iter().map(waiting).collect();
        let new = outage::in_time(self.store.accept(&orders))
            .await
            .map_err(|error| Busy(error.to_string()))?;
        let known = (orders.len() as u64).saturating_sub(new);
        self.metrics.ignore_duplicates(known);
        Ok(vec![Settlement::Done; batch.len()])
    }
}

/// What is kept of an order: where it goes, and not who gets it. Every address has a corner.
fn waiting(message: &Incoming<OrderPlaced>) -> WaitingOrder {
    let order = &message.event;
    WaitingOrder {
        order_id: order.order_id,
        corner: Town::emberwick().locate(&order.address).corner,
        traceparent: message.traceparent.clone(),
    }
}
