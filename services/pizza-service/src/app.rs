//! The service, put together: over a store that is open, without its sockets.

use std::sync::Arc;

use axum::Router;
use chassis::Stop;
use chassis::faults::Faults;
use chassis::http::client::{ClientMetrics, Neighbour};
use chassis::http::{Declared, HttpMetrics, Stack};
use chassis::queue::{ConsumerSettings, Queues};
use chassis::telemetry::Telemetry;
use contracts::{OrdersDelivered, OrdersDispatched};
use prometheus_client::registry::Registry;

use crate::backlog;
use crate::config::Config;
use crate::events::{Follow, Relay};
use crate::metrics::{
    BacklogMetrics, OrderMetrics, ProgressMetrics, StickerMetrics, WriterMetrics,
};
use crate::routes::{self, AppState};
use crate::sticker::{self, Pokedex, Stickers, pokedex};
use crate::store::{Store, Writer};

/// The service.
#[derive(Debug)]
pub struct App {
    /// The API with all its middleware.
    pub router: Router,
    /// What writes; to be closed when no more requests come.
    pub writer: Writer,
    store: Arc<dyn Store>,
    progress: ProgressMetrics,
}

impl App {
    /// Registers the metrics, starts the writer, puts the routes together.
    pub fn assemble(
        config: &Config,
        store: Arc<dyn Store>,
        telemetry: &mut Telemetry,
        faults: &Faults,
        stop: &Stop,
    ) -> Self {
        let registry = &mut telemetry.registry;
        let orders = OrderMetrics::register(registry);
        let writer = Writer::start(
            Arc::clone(&store),
            config.writer_queue,
            orders.clone(),
            WriterMetrics::register(registry),
            stop,
        );
        let stack = Stack {
            metrics: HttpMetrics::register(
                registry,
                &routes::openapi(),
                Declared::AtOnce,
                telemetry.exporting,
            ),
            faults: faults.clone(),
            observer: orders.observer(),
            telemetry: telemetry.requests,
            max_body_bytes: routes::MAX_BODY_BYTES,
        };
        let stickers = stickers(config, registry, faults);
        let backlog = BacklogMetrics::register(registry);
        backlog::watch(Arc::clone(&store), backlog, stop);
        let routes = routes::router(AppState::new(Arc::clone(&store), writer.clone(), stickers));
        Self {
            router: stack.around(routes, &config.http),
            writer,
            progress: ProgressMetrics::register(registry),
            store,
        }
    }

    /// Begins to tell others of orders, and to follow what they tell until `stop`.
    pub fn connect(&self, queues: Queues, stop: &Stop) -> Relay {
        let settings = ConsumerSettings::default();
        let (store, metrics) = (&self.store, &self.progress);
        let dispatched = Follow::<OrdersDispatched>::new(Arc::clone(store), metrics.clone());
        queues.consume(dispatched, settings, stop);
        let delivered = Follow::<OrdersDelivered>::new(Arc::clone(store), metrics.clone());
        queues.consume(delivered, settings, stop);
        Relay::start(Arc::clone(store), queues, self.writer.placed(), stop)
    }
}

/// The metrics are there whether or not somebody can be asked.
fn stickers(config: &Config, registry: &mut Registry, faults: &Faults) -> Option<Stickers> {
    let metrics = StickerMetrics::register(registry);
    let url = config.pokedex_url.as_ref()?;
    let calls = ClientMetrics::register(registry, &[pokedex::NAME]);
    let neighbour = Neighbour::new(pokedex::NAME, url, sticker::LIMIT, calls, faults.clone());
    Some(Stickers::new(Pokedex::new(neighbour), metrics))
}
