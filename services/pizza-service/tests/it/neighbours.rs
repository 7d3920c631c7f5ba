//! What is around the service: a position-simulator that only listens and speaks, and a pokedex-api
//! that behaves as told.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use axum::extract::{Path as PathOf, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chassis::Stop;
use chassis::faults::Faults;
use chassis::queue::{
    self, Busy, ConsumerSettings, Handler, Incoming, Outgoing, Queues, Settlement, Topic, Topics,
};
use company_tests::until;
use contracts::{Event, OrderPlaced, OrdersDelivered, OrdersDispatched, Pokemon};
use http::StatusCode;
use parking_lot::Mutex;
use prometheus_client::registry::Registry;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(20);

/// Hears of orders, and says how far they have come.
pub(crate) struct Simulator {
    heard: Arc<Mutex<Vec<Incoming<OrderPlaced>>>>,
    queues: Queues,
    stop: Stop,
}

struct Ears(Arc<Mutex<Vec<Incoming<OrderPlaced>>>>);

#[async_trait]
impl Handler for Ears {
    type Event = OrderPlaced;

    async fn handle(&self, batch: &[Incoming<OrderPlaced>]) -> Result<Vec<Settlement>, Busy> {
        self.0.lock().extend_from_slice(batch);
        Ok(vec![Settlement::Done; batch.len()])
    }
}

impl Simulator {
    /// Opens the queue file of a folder.
    pub(crate) async fn open(folder: &Path) -> Result<Self> {
        const TOPICS: Topics<'_> = Topics {
            publishes: &[
                Topic::of::<OrdersDispatched>(),
                Topic::of::<OrdersDelivered>(),
            ],
            consumes: &[Topic::of::<OrderPlaced>()],
        };
        let config = crate::app::config_of(folder, &[])?.queue;
        let (faults, stop) = (Faults::off(), Stop::new());
        let mut registry = Registry::default();
        let queues = queue::open(&config, folder, TOPICS, &mut registry, &faults, &stop).await?;
        Ok(Self {
            heard: Arc::default(),
            queues,
            stop,
        })
    }

    /// Begins to listen.
    pub(crate) fn listen(&self) {
        let ears = Ears(Arc::clone(&self.heard));
        self.queues
            .consume(ears, ConsumerSettings::default(), &self.stop);
    }

    /// The orders that it has heard of, repetitions included.
    pub(crate) fn heard(&self) -> Vec<Incoming<OrderPlaced>> {
        self.heard.lock().clone()
    }

    /// Waits until it has heard of so many orders. Returns their ids, in the order in which they came.
    pub(crate) async fn hears(&self, count: usize) -> Result<Vec<Uuid>> {
        let what = format!("{count} orders are heard of");
        let waited = until(&what, SOON, async || {
            (self.heard.lock().len() >= count).then_some(())
        })
        .await;
        let ids: Vec<_> = self.heard().iter().map(|one| one.event.order_id).collect();
        waited.with_context(|| format!("heard of {}", ids.len()))?;
        Ok(ids)
    }

    /// Says that orders have left.
    pub(crate) async fn dispatched(&self, order_ids: &[Uuid]) -> Result<()> {
        self.say(OrdersDispatched {
            trip_id: Uuid::now_v7(),
            vehicle: "City Truck".into(),
            order_ids: order_ids.to_vec(),
            at: OffsetDateTime::now_utc(),
        })
        .await
    }

    /// Says that orders have arrived.
    pub(crate) async fn delivered(&self, order_ids: &[Uuid]) -> Result<()> {
        self.say(OrdersDelivered {
            trip_id: Uuid::now_v7(),
            vehicle: "City Truck".into(),
            order_ids: order_ids.to_vec(),
            at: OffsetDateTime::now_utc(),
        })
        .await
    }

    async fn say<E: Event>(&self, event: E) -> Result<()> {
        Ok(self.queues.publish(&[Outgoing::untraced(event)]).await?)
    }

    /// Stops listening.
    pub(crate) async fn end(self) -> Result<()> {
        self.stop.request();
        let ended = self.stop.finished(SOON).await;
        anyhow::ensure!(ended, "the simulator did not end");
        Ok(())
    }
}

/// How the Pokédex behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    Fine,
    /// It answers with this status.
    Failing(u16),
    /// The first of each two calls fails.
    Flaky,
    /// It takes this long.
    Slow(Duration),
    /// It talks nonsense.
    Confused,
}

/// A little server in the place of pokedex-api.
#[derive(Clone)]
pub(crate) struct Pokedex {
    manner: Arc<Mutex<Manner>>,
    calls: Arc<AtomicUsize>,
    url: String,
}

impl Pokedex {
    pub(crate) async fn start(manner: Manner) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let pokedex = Self {
            manner: Arc::new(Mutex::new(manner)),
            calls: Arc::default(),
            url: format!("http://{}", listener.local_addr()?),
        };
        let routes = Router::new()
            .route("/pokemon/{id}", get(answer))
            .with_state(pokedex.clone());
        // Ends with the test's runtime.
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(pokedex)
    }

    /// The flag that names it.
    pub(crate) fn flag(&self) -> String {
        format!("--pokedex-url={}", self.url)
    }

    pub(crate) fn behave(&self, manner: Manner) {
        *self.manner.lock() = manner;
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

async fn answer(State(pokedex): State<Pokedex>, PathOf(id): PathOf<u16>) -> Response {
    let call = pokedex.calls.fetch_add(1, Ordering::Relaxed);
    let manner = *pokedex.manner.lock();
    let status = match manner {
        Manner::Failing(status) => status,
        Manner::Flaky if call % 2 == 0 => 503,
        Manner::Confused => return "{\"id\": \"who?\"}".into_response(),
        Manner::Slow(long) => {
            tokio::time::sleep(long).await;
            200
        }
        Manner::Fine | Manner::Flaky => 200,
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !status.is_success() {
        return status.into_response();
    }
    Json(Pokemon {
        id,
        name: format!("Number {id}"),
        types: vec!["Normal".into()],
    })
    .into_response()
}
