//! RabbitMQ, 3.10 or later: a durable quorum queue a topic, published to with confirms through the
//! default exchange.
//!
//! One connection a process. Whatever goes wrong on it, a channel's error included, is answered in
//! one way: it is given up, and a new one is made. Publishers fail meanwhile, consumers wait.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio_util::sync::DropGuard;

use super::broker::{Broker, Letter, State, Subscription};
use super::error::QueueError;
use super::topic::Topic;
use crate::error::BootError;

mod connect;
mod letter;
mod line;
mod post;
mod session;
mod subscription;
mod topology;

use connect::Address;
use line::Line;
use subscription::RabbitSubscription;

/// RabbitMQ.
#[derive(Debug)]
pub(super) struct RabbitMq {
    line: Arc<Line>,
    /// Ends the line's own task.
    _end: DropGuard,
}

impl RabbitMq {
    /// Starts to connect, and waits for the end of the first attempt.
    ///
    /// # Errors
    /// When the URL is none.
    pub(super) async fn open(
        url: &SecretString,
        topics: &[Topic],
        limit: u32,
    ) -> Result<Self, BootError> {
        let address = Address::parse(url)?;
        let (line, end) = Line::start(address, topics, limit);
        line.tried().await;
        Ok(Self { line, _end: end })
    }
}

#[async_trait]
impl Broker for RabbitMq {
    fn system(&self) -> &'static str {
        "rabbitmq"
    }

    async fn publish(&self, topic: Topic, letters: &[Letter]) -> Result<(), QueueError> {
        let session = self.line.session()?;
        session.publish(topic, letters).await
    }

    async fn subscribe(&self, topic: Topic) -> Result<Box<dyn Subscription>, QueueError> {
        let session = self.line.connected().await;
        let subscription = RabbitSubscription::begin(session, topic);
        Ok(Box::new(subscription.await?))
    }

    async fn state(&self, topic: Topic) -> Result<State, QueueError> {
        let session = self.line.session()?;
        session.state(topic).await
    }

    fn disconnect(&self) {
        if let Ok(session) = self.line.session() {
            session.give_up();
        }
    }
}

/// Errors of the client hold no part of the URL: what they quote is what the broker said.
impl From<lapin::Error> for QueueError {
    fn from(error: lapin::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
