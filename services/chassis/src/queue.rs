//! What services tell each other, kept until it is handled: publishers and consumers of events, over
//! RabbitMQ or over a file that the company's processes share.
//!
//! Both promise the same, and one suite of tests holds them to it. A message that
//! [`Queues::publish`] has returned `Ok` for is on a disk. It is delivered at least once, in order
//! where nothing goes wrong, and again, soon, where its consumer is lost. What cannot be read, is
//! refused, or was tried too often, lies among the dead letters, `<topic>.dead`. A queue has a bound.

use std::path::Path;
use std::sync::Arc;

use contracts::Event;
use prometheus_client::registry::Registry;

use crate::config::QueueConfig;
use crate::error::BootError;
use crate::faults::Faults;
use crate::stop::Stop;

mod backoff;
mod broker;
mod consume;
mod error;
mod file;
mod handler;
mod message;
mod metrics;
mod poison;
mod publish;
mod rabbitmq;
mod spans;
mod topic;
mod watch;

pub use error::QueueError;
pub use handler::{Busy, ConsumerSettings, Handler, Refusal, Settlement};
pub use message::{Incoming, Outgoing};
pub use topic::{Topic, Topics};

use broker::Broker;
use file::QueueFile;
use metrics::QueueMetrics;
use rabbitmq::RabbitMq;

/// Bytes that a message's body may have.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Dead letters that are kept a topic: the newest ones.
const MAX_DEAD_LETTERS: u32 = 1000;

/// The queues of the company, as one service sees them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queues {
    broker: Arc<dyn Broker>,
    metrics: QueueMetrics,
    faults: Faults,
    max_tries: u32,
}

/// Opens RabbitMQ where a URL is configured, and the queue file otherwise. RabbitMQ need not answer:
/// the service starts, publishing fails, and consumers wait until it does.
///
/// # Errors
/// When the URL is none, or the queue file cannot be used.
pub async fn open(
    config: &QueueConfig,
    data_dir: &Path,
    topics: Topics<'_>,
    registry: &mut Registry,
    faults: &Faults,
    stop: &Stop,
) -> Result<Queues, BootError> {
    let broker: Arc<dyn Broker> = match config.amqp_url()? {
        Some(url) => Arc::new(RabbitMq::open(&url, &topics.all(), config.queue_limit).await?),
        None => Arc::new(QueueFile::open(data_dir, config.queue_limit).await?),
    };
    let queues = Queues {
        broker,
        metrics: QueueMetrics::register(registry, topics),
        faults: faults.clone(),
        max_tries: config.queue_tries,
    };
    watch::start(&queues, topics.all(), stop).await;
    poison::make_known(&queues, topics.publishes);
    Ok(queues)
}

impl Queues {
    /// Publishes events of one kind, in order. They are on a disk when it returns `Ok`.
    ///
    /// # Errors
    /// All or unknown: on `Err` any part may have been stored. Publish all of them again.
    pub async fn publish<E: Event>(&self, events: &[Outgoing<E>]) -> Result<(), QueueError> {
        publish::publish(self, events).await
    }

    /// Runs a consumer, a task of `stop`, until then: batches of at most `settings.batch`, handled
    /// in turn.
    pub fn consume<H: Handler>(&self, handler: H, settings: ConsumerSettings, stop: &Stop) {
        consume::start(self.clone(), handler, settings, stop);
    }
}
