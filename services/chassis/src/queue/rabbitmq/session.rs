//! One connection to RabbitMQ, from its making to whatever ends it.

use std::time::Duration;

use futures::StreamExt as _;
use lapin::options::ConfirmSelectOptions;
use lapin::{Channel, Connection, Event};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::connect::Address;
use super::topology::Topology;
use crate::queue::broker::State;
use crate::queue::error::QueueError;
use crate::queue::topic::Topic;

/// How often the connection's state is looked at, beside the events that it sends.
const LOOK: Duration = Duration::from_secs(1);

/// How long saying goodbye may take.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// The reply code of an end that is meant.
const OK: u16 = 200;

/// A connection, its channel for publishing and one for questions.
#[derive(Debug)]
pub(super) struct Session {
    connection: Connection,
    pub(super) publisher: Channel,
    asking: Channel,
    topology: Topology,
    over: CancellationToken,
    why: Mutex<Option<String>>,
}

impl Session {
    pub(super) async fn begin(address: &Address, topology: &Topology) -> Result<Self, QueueError> {
        let connection = address.connect().await?;
        let asking = connection.create_channel().await?;
        topology.declare(&asking).await?;
        let publisher = connection.create_channel().await?;
        publisher
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        Ok(Self {
            connection,
            publisher,
            asking,
            topology: topology.clone(),
            over: CancellationToken::new(),
            why: Mutex::default(),
        })
    }

    /// A channel of a consumer's own.
    pub(super) async fn channel(&self) -> Result<Channel, QueueError> {
        Ok(self.connection.create_channel().await?)
    }

    pub(super) async fn state(&self, topic: Topic) -> Result<State, QueueError> {
        let queue = self.topology.queue(&self.asking, topic).await?;
        let dead = self.topology.dead_letters(&self.asking, topic).await?;
        Ok(State {
            waiting: queue.message_count().into(),
            consumers: queue.consumer_count().into(),
            dead_letters: dead.message_count().into(),
        })
    }

    /// Ends the session: it cannot be relied on any more.
    pub(super) fn give_up(&self) {
        self.over.cancel();
    }

    /// Ends the session because of an error.
    pub(super) fn give_up_because(&self, error: &QueueError) {
        self.why.lock().get_or_insert_with(|| error.to_string());
        self.over.cancel();
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.over.is_cancelled()
    }

    /// Ends when the session was given up.
    pub(super) async fn given_up(&self) {
        self.over.cancelled().await;
    }

    /// Ends when the session does. Returns why.
    pub(super) async fn ended(&self) -> String {
        let why = tokio::select! {
            () = self.over.cancelled() => None,
            error = self.error() => Some(error),
            () = self.closed() => None,
        };
        self.over.cancel();
        why.or_else(|| self.why.lock().take())
            .unwrap_or_else(|| "the connection was lost".to_owned())
    }

    /// The first error of the connection or of a channel.
    async fn error(&self) -> String {
        let mut events = self.connection.events_listener();
        while let Some(event) = events.next().await {
            if let Event::Error(error) = event {
                return error.to_string();
            }
        }
        std::future::pending().await
    }

    async fn closed(&self) {
        while self.connection.status().connected() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Says goodbye where somebody listens: what consumers have is free at once then.
    pub(super) async fn close(&self) {
        let goodbye = self.connection.close(OK, "OK".into());
        let _ = tokio::time::timeout(CLOSE_LIMIT, goodbye).await;
    }
}
