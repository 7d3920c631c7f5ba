//! The queues, as they are declared.

use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Queue};

use crate::queue::MAX_DEAD_LETTERS;
use crate::queue::error::QueueError;
use crate::queue::topic::Topic;

/// Deliveries after which the broker itself gives a message up. We count too, and sooner: this is
/// for messages that no consumer of ours can even receive. It must be named, since the broker's own
/// bound differs from version to version.
const BACKSTOP: i32 = 1000;

/// What has to be there.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    topics: Vec<Topic>,
    limit: u32,
}

impl Topology {
    pub(super) fn new(topics: &[Topic], limit: u32) -> Self {
        Self {
            topics: topics.to_vec(),
            limit,
        }
    }

    /// Makes what is missing.
    pub(super) async fn declare(&self, channel: &Channel) -> Result<(), QueueError> {
        for topic in &self.topics {
            self.dead_letters(channel, *topic).await?;
            self.queue(channel, *topic).await?;
        }
        Ok(())
    }

    /// Makes a topic's queue where it is missing. Returns how it is.
    pub(super) async fn queue(&self, channel: &Channel, topic: Topic) -> Result<Queue, QueueError> {
        let mut arguments = quorum(self.limit);
        arguments
            .insert("x-overflow".into(), text("reject-publish"))
            .insert("x-dead-letter-exchange".into(), text(""))
            .insert(
                "x-dead-letter-routing-key".into(),
                text(&topic.dead_letters()),
            )
            // The broker forgets a message only when the dead letters have it.
            .insert("x-dead-letter-strategy".into(), text("at-least-once"))
            .insert("x-delivery-limit".into(), AMQPValue::LongInt(BACKSTOP));
        declare(channel, topic.as_str().into(), arguments).await
    }

    /// Makes a topic's queue of dead letters where it is missing. Returns how it is.
    pub(super) async fn dead_letters(
        &self,
        channel: &Channel,
        topic: Topic,
    ) -> Result<Queue, QueueError> {
        let mut arguments = quorum(MAX_DEAD_LETTERS);
        // The newest ones say more about what is wrong now.
        arguments.insert("x-overflow".into(), text("drop-head"));
        declare(channel, topic.dead_letters().into(), arguments).await
    }
}

fn quorum(limit: u32) -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments
        .insert("x-queue-type".into(), text("quorum"))
        .insert("x-max-length".into(), AMQPValue::LongLongInt(limit.into()));
    arguments
}

async fn declare(
    channel: &Channel,
    name: ShortString,
    arguments: FieldTable,
) -> Result<Queue, QueueError> {
    let options = QueueDeclareOptions::durable();
    Ok(channel.queue_declare(name, options, arguments).await?)
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}
