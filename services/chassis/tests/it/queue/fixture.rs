//! Queues of a test's own, and what can be seen and done behind the chassis's back.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chassis::Stop;
use chassis::config::QueueConfig;
use chassis::faults::Faults;
use chassis::queue::{self, Queues, Topic, Topics};
use company_tests::rabbitmq::RabbitMq;
use contracts::Event;
use lapin::options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, ShortString};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use prometheus_client::registry::Registry;
use serde::{Deserialize, Serialize};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use super::service::Service;

/// What these tests publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) number: u32,
    pub(super) text: String,
}

impl Event for Note {
    const TOPIC: &'static str = "test.note";
}

/// Another kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bell {
    pub(super) rings: u32,
}

impl Event for Bell {
    const TOPIC: &'static str = "test.bell";
}

pub(super) fn note(number: u32) -> Note {
    Note {
        number,
        text: format!("note {number}: “ä\u{1F355}”"),
    }
}

/// A dead letter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dead {
    pub(super) reason: String,
    pub(super) detail: String,
    pub(super) body: Vec<u8>,
}

/// Empty queues.
pub(super) struct Fixture {
    pub(super) folder: TempDir,
    /// The folder itself, unless a test chooses another one.
    pub(super) data_dir: PathBuf,
    pub(super) config: QueueConfig,
}

impl Fixture {
    pub(super) fn file() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Self {
            data_dir: folder.path().to_owned(),
            folder,
            config: QueueConfig {
                amqp_url: None,
                amqp_url_file: None,
                queue_limit: 10_000,
                queue_tries: 5,
            },
        })
    }

    /// On a virtual host of its own.
    pub(super) async fn rabbitmq(server: &RabbitMq) -> Result<Self> {
        let mut fixture = Self::file()?;
        fixture.config.amqp_url = Some(server.take_virtual_host()?.into());
        // It listens a moment before it lets anybody in.
        let (connection, _channel) = fixture.channel().await?;
        connection.close(200, "OK".into()).await?;
        Ok(fixture)
    }

    pub(super) const fn is_file(&self) -> bool {
        self.config.amqp_url.is_none()
    }

    /// A service, as it is at its start.
    pub(super) async fn service(&self) -> Result<Service> {
        chassis::http::client::use_ring();
        let mut registry = Registry::default();
        let (faults, stop) = (Faults::off(), Stop::new());
        let queues = self.open(&mut registry, &faults, &stop).await?;
        Ok(Service {
            queues,
            registry: Arc::new(registry),
            faults,
            stop,
        })
    }

    async fn open(&self, registry: &mut Registry, faults: &Faults, stop: &Stop) -> Result<Queues> {
        let topics = [Topic::of::<Note>(), Topic::of::<Bell>()];
        let topics = Topics {
            publishes: &topics,
            consumes: &topics,
        };
        let (config, folder) = (&self.config, &self.data_dir);
        Ok(queue::open(config, folder, topics, registry, faults, stop).await?)
    }

    /// Publishes bytes that the chassis would not.
    pub(super) async fn publish_raw(&self, body: &[u8]) -> Result<()> {
        if self.is_file() {
            let mut file = self.sqlite().await?;
            sqlx::query(
                "INSERT INTO messages (topic, id, published_at, body) VALUES (?, zeroblob(16), 0, ?)",
            )
            .bind(Note::TOPIC)
            .bind(body)
            .execute(&mut file)
            .await?;
            sqlx::query("UPDATE topics SET depth = depth + 1 WHERE topic = ?")
                .bind(Note::TOPIC)
                .execute(&mut file)
                .await?;
            return Ok(file.close().await?);
        }
        let properties = BasicProperties::default();
        self.publish_to_rabbitmq(body, properties).await
    }

    /// Publishes as somebody else would, who knows RabbitMQ only.
    pub(super) async fn publish_to_rabbitmq(
        &self,
        body: &[u8],
        properties: BasicProperties,
    ) -> Result<()> {
        let (connection, channel) = self.channel().await?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        let publishing = channel.basic_publish(
            ShortString::default(),
            Note::TOPIC.into(),
            BasicPublishOptions::default(),
            body,
            properties,
        );
        publishing.await?.await?;
        Ok(connection.close(200, "OK".into()).await?)
    }

    /// What lies among the dead letters of [`Note`], the oldest first. They may be gone afterwards.
    pub(super) async fn dead_letters(&self) -> Result<Vec<Dead>> {
        if self.is_file() {
            let mut file = self.sqlite().await?;
            let rows: Vec<(String, String, Vec<u8>)> = sqlx::query_as(
                "SELECT reason, detail, body FROM dead_letters WHERE topic = ? ORDER BY sequence",
            )
            .bind(Note::TOPIC)
            .fetch_all(&mut file)
            .await?;
            file.close().await?;
            let dead = rows.into_iter().map(|(reason, detail, body)| Dead {
                reason,
                detail,
                body,
            });
            return Ok(dead.collect());
        }
        let (connection, channel) = self.channel().await?;
        let mut dead = Vec::new();
        let queue = format!("{}.dead", Note::TOPIC);
        let options = BasicGetOptions { no_ack: true };
        while let Some(got) = channel.basic_get(queue.as_str().into(), options).await? {
            dead.push(Dead {
                reason: header(&got.properties, "reason"),
                detail: header(&got.properties, "detail"),
                body: got.delivery.data,
            });
        }
        connection.close(200, "OK".into()).await?;
        Ok(dead)
    }

    async fn sqlite(&self) -> Result<SqliteConnection> {
        let url = format!("sqlite://{}/queue.sqlite", self.data_dir.display());
        Ok(SqliteConnection::connect(&url).await?)
    }

    async fn channel(&self) -> Result<(Connection, Channel)> {
        use secrecy::ExposeSecret as _;
        chassis::http::client::use_ring();
        let url = self.config.amqp_url.as_ref().context("a RabbitMQ")?;
        let connection =
            company_tests::until("a connection", Duration::from_secs(20), async || {
                let properties = ConnectionProperties::default();
                Connection::connect(url.expose_secret(), properties)
                    .await
                    .ok()
            });
        let connection = connection.await?;
        let channel = connection.create_channel().await?;
        Ok((connection, channel))
    }
}

fn header(properties: &BasicProperties, name: &str) -> String {
    let headers = properties.headers().as_ref();
    match headers.and_then(|headers| headers.inner().get(name)) {
        Some(AMQPValue::LongString(text)) => text.to_string(),
        _ => String::new(),
    }
}
