//! Where RabbitMQ is, and the way there.

use std::fmt;
use std::io;
use std::time::Duration;

use lapin::tcp::{AMQPUriTcpExt as _, OwnedTLSConfig};
use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::BootError;
use crate::queue::error::QueueError;
use crate::telemetry;

/// How long it may take until a connection can be used.
pub(super) const LIMIT: Duration = Duration::from_secs(5);

/// How long the network alone may take.
const TCP_LIMIT: Duration = Duration::from_secs(4);

/// Seconds after which a peer that says nothing is gone.
const HEARTBEAT_S: u16 = 10;

/// Bytes of a frame. The client keeps buffers of 64 frames, and most messages fit into one.
const FRAME_BYTES: u32 = 16 * 1024;

/// Bytes that a virtual host's name may have on the wire.
const MAX_NAME_BYTES: usize = 255;

/// RabbitMQ's address, with the password.
#[derive(Clone)]
pub(super) struct Address(AMQPUri);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address")
    }
}

impl Address {
    /// # Errors
    /// One that quotes nothing of the URL: the password is in it.
    pub(super) fn parse(url: &SecretString) -> Result<Self, BootError> {
        let parsed = url.expose_secret().parse::<AMQPUri>();
        let mut uri = parsed
            .ok()
            .filter(|uri| uri.vhost.len() <= MAX_NAME_BYTES)
            .ok_or_else(|| BootError::Config {
                key: "AMQP_URL",
                problem: "is not a RabbitMQ URL, such as amqp://user:password@host/vhost".into(),
            })?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        uri.query.frame_max.get_or_insert(FRAME_BYTES);
        Ok(Self(uri))
    }

    /// Connects, under the service's name.
    pub(super) async fn connect(&self) -> Result<Connection, QueueError> {
        let properties =
            ConnectionProperties::default().with_connection_name(telemetry::service().into());
        let tls = OwnedTLSConfig::default();
        let connecting = Connection::connector(
            self.0.clone(),
            lapin::runtime::default_runtime()?,
            async move |uri, runtime| {
                let connecting = uri.connect_with_config_async(tls.as_ref(), &runtime);
                // The client has a thread for this, which waits for the network alone.
                Ok(tokio::time::timeout(TCP_LIMIT, connecting)
                    .await
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?)
            },
            properties,
        );
        Ok(connecting.await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_an_address_nor_the_refusal_of_one_shows_a_password() {
        let good = SecretString::from("amqp://pizza:hunter2@broker/pizza");
        let address = Address::parse(&good).expect("a URL");
        assert!(!format!("{address:?}").contains("hunter2"));
        for bad in [
            "http://pizza:hunter2@broker",
            "hunter2",
            "amqp://pizza:hunter2@broker:port/",
            "",
        ] {
            let error = Address::parse(&SecretString::from(bad)).expect_err("is no URL");
            let error = error.to_string();
            assert!(error.starts_with("AMQP_URL: "), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let long = format!("amqp://broker/{}", "x".repeat(300));
        Address::parse(&SecretString::from(long)).expect_err("a name that no frame holds");
    }
}
