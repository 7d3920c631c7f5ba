//! Server-sent events for many clients. Each client has a bounded queue of its own: who does not read
//! what waits there is dropped, and neither the others nor whoever publishes waits for it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::Stream;
use http::header;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::task::TaskTracker;

use super::server::HangUp;
use crate::problem::Problem;
use crate::stop::Stop;

mod listener;
mod metrics;

pub use listener::{HEARTBEAT, Listener};
pub use metrics::StreamMetrics;

/// Events that may wait for one client. The bytes are shared by all clients.
const MOST_WAITING: usize = 64;

/// How long clients get to take the stream's end when the service stops.
const PARTING: Duration = Duration::from_secs(1);

/// Why there is no stream for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoStream {
    /// As many as allowed are open.
    #[error("as many streams as allowed are open")]
    TooMany,
    /// The service is stopping.
    #[error("the service is stopping")]
    Stopping,
}

impl From<NoStream> for Problem {
    fn from(why: NoStream) -> Self {
        let code = match why {
            NoStream::TooMany => "too_many_streams",
            NoStream::Stopping => "unavailable",
        };
        Self::unavailable(code, why).detail(why.to_string())
    }
}

/// The open streams. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Streams(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: usize,
    clients: Mutex<Vec<Client>>,
    /// One token a listener that is not dropped yet.
    open: TaskTracker,
    metrics: StreamMetrics,
    stop: Stop,
}

#[derive(Debug)]
struct Client {
    events: mpsc::Sender<Bytes>,
    connection: Option<HangUp>,
}

impl Client {
    /// Ends the connection. The end of the stream alone would wait, with all that was written before
    /// it, for the client to read.
    fn hang_up(&self) {
        if let Some(connection) = &self.connection {
            connection.now();
        }
    }
}

impl Streams {
    /// At most `limit` streams, which end at `stop`.
    pub fn start(limit: u32, metrics: StreamMetrics, stop: &Stop) -> Self {
        let streams = Self(Arc::new(Inner {
            limit: limit as usize,
            clients: Mutex::default(),
            open: TaskTracker::new(),
            metrics,
            stop: stop.clone(),
        }));
        stop.spawn(streams.clone().part());
        streams
    }

    /// A client that hears of all that is published from now on. `connection` ends where it does
    /// not read.
    ///
    /// # Errors
    /// When it cannot have a stream.
    pub fn join(&self, connection: Option<HangUp>) -> Result<Listener, NoStream> {
        let inner = &self.0;
        if inner.stop.is_requested() {
            return Err(NoStream::Stopping);
        }
        let mut clients = inner.clients.lock();
        if inner.open.len() >= inner.limit {
            return Err(NoStream::TooMany);
        }
        let (events, waiting) = mpsc::channel(MOST_WAITING);
        clients.push(Client { events, connection });
        Ok(Listener::new(
            waiting,
            inner.stop.clone(),
            inner.open.token(),
            inner.metrics.clients.clone(),
        ))
    }

    /// Tells all clients. The event is made only if there are any.
    pub fn publish(&self, make: impl FnOnce() -> Bytes) {
        if self.0.clients.lock().is_empty() {
            return;
        }
        let event = make();
        self.0
            .clients
            .lock()
            .retain(|client| match client.events.try_send(event.clone()) {
                Ok(()) => true,
                Err(TrySendError::Closed(_)) => false,
                Err(TrySendError::Full(_)) => {
                    self.0.metrics.dropped.inc();
                    client.hang_up();
                    false
                }
            });
    }

    /// At the stop each stream ends by itself; the connections of clients that do not even read its
    /// end are cut, or they would hold up the drain.
    async fn part(self) {
        self.0.stop.requested().await;
        self.0.open.close();
        if tokio::time::timeout(PARTING, self.0.open.wait())
            .await
            .is_err()
        {
            self.0.clients.lock().iter().for_each(Client::hang_up);
        }
    }
}

/// The answer that such a stream is.
pub fn answer<S>(events: S) -> Response
where
    S: Stream<Item = Result<Bytes, Infallible>> + Send + 'static,
{
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    // Proxies that gather answers before they pass them on, such as nginx, know this word.
    let at_once = [("x-accel-buffering", "no")];
    (headers, at_once, Body::from_stream(events)).into_response()
}

#[cfg(test)]
mod tests;
