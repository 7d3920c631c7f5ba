//! Postgres and RabbitMQ of one's own, as a company in containers has them.

use anyhow::Result;

use crate::postgres::Postgres;
use crate::rabbitmq::RabbitMq;

/// Both, running.
#[derive(Debug)]
pub struct Neighbours {
    /// Where all services keep their tables, each in a schema of its own.
    pub postgres: Postgres,
    /// Where their messages wait.
    pub rabbitmq: RabbitMq,
    database: String,
}

impl Neighbours {
    /// Starts both.
    ///
    /// # Errors
    /// When one is not installed (the error names the package) or does not start.
    pub async fn start() -> Result<Self> {
        let postgres = Postgres::start().await?;
        let database = postgres.database("company").await?;
        Ok(Self {
            postgres,
            rabbitmq: RabbitMq::start().await?,
            database,
        })
    }

    /// What a company has to know to use them.
    pub fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("POSTGRES_URL", self.database.clone()),
            ("AMQP_URL", self.rabbitmq.url()),
        ]
    }
}
