//! Publishing, with the broker's word for each message.

use std::time::Duration;

use lapin::options::BasicPublishOptions;
use lapin::types::ShortString;
use lapin::{BasicProperties, Confirmation, PublisherConfirm};

use super::letter::{dead_properties, properties};
use super::session::Session;
use crate::queue::MAX_BODY_BYTES;
use crate::queue::broker::{Delivery, Letter, Reason};
use crate::queue::error::QueueError;
use crate::queue::topic::Topic;

/// How long the broker's word may take. A little less than publishing as a whole, so that a broker
/// that says nothing is left.
const LIMIT: Duration = Duration::from_millis(4500);

impl Session {
    /// Publishes letters, all of them before the first is confirmed.
    pub(super) async fn publish(&self, topic: Topic, letters: &[Letter]) -> Result<(), QueueError> {
        self.within_limit(async {
            let mut confirms = Vec::with_capacity(letters.len());
            for letter in letters {
                let posting = self.post(topic.as_str(), &letter.body, properties(topic, letter));
                confirms.push(posting.await?);
            }
            confirmed(confirms).await
        })
        .await
    }

    /// Publishes dead letters, each with its reason.
    pub(super) async fn bury(
        &self,
        topic: Topic,
        dead: &[(&Delivery, Reason)],
    ) -> Result<(), QueueError> {
        let queue = topic.dead_letters();
        self.within_limit(async {
            let mut confirms = Vec::with_capacity(dead.len());
            for (delivery, reason) in dead {
                let properties = dead_properties(topic, delivery, *reason);
                // Of what is too large, the beginning has to do.
                let body = &delivery.letter.body;
                let body = &body[..body.len().min(MAX_BODY_BYTES)];
                confirms.push(self.post(&queue, body, properties).await?);
            }
            confirmed(confirms).await
        })
        .await
    }

    async fn post(
        &self,
        queue: &str,
        body: &[u8],
        properties: BasicProperties,
    ) -> Result<PublisherConfirm, QueueError> {
        // Mandatory: a message that no queue takes comes back, and is not confirmed for nothing.
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let posting = self.publisher.basic_publish(
            ShortString::default(),
            queue.into(),
            options,
            body,
            properties,
        );
        Ok(posting.await?)
    }

    /// Whatever goes wrong, but for a full queue, is the connection's end.
    async fn within_limit(
        &self,
        work: impl Future<Output = Result<(), QueueError>>,
    ) -> Result<(), QueueError> {
        let outcome = tokio::select! {
            () = self.given_up() => Err(QueueError::broken()),
            outcome = tokio::time::timeout(LIMIT, work) => outcome
                .unwrap_or_else(|_| Err(QueueError::unavailable("no confirmation in time"))),
        };
        if let Err(error @ QueueError::Unavailable(_)) = &outcome {
            self.give_up_because(error);
        }
        outcome
    }
}

async fn confirmed(confirms: Vec<PublisherConfirm>) -> Result<(), QueueError> {
    let mut is_full = false;
    for confirm in confirms {
        match confirm.await? {
            Confirmation::Ack(None) => {}
            Confirmation::Ack(Some(_)) => {
                return Err(QueueError::unavailable("no queue took a message"));
            }
            Confirmation::Nack(_) => is_full = true,
            Confirmation::NotRequested => {
                return Err(QueueError::unavailable("messages are not confirmed"));
            }
        }
    }
    if is_full {
        return Err(QueueError::Full);
    }
    Ok(())
}
