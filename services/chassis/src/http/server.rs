//! Serving a router: hyper with a bound on the time that a request's head may take, on the number
//! of connections, and on the drain. (`axum::serve` has none of the three.)

use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::config::HttpConfig;
use crate::error::BootError;
use crate::stop::Stop;

mod hang_up;
pub(crate) mod inherited;
mod patience;

pub use hang_up::HangUp;

use patience::{Activity, Counted, Patience};

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// How a server accepts, reads and ends.
#[derive(Clone, Copy, Debug)]
pub struct Accepting {
    /// How long a client may take to send a request's head.
    pub header_read_timeout: Duration,
    /// How long running requests get after the stop.
    pub drain_timeout: Duration,
    /// Connections open at once.
    pub max_connections: u32,
}

impl From<&HttpConfig> for Accepting {
    fn from(config: &HttpConfig) -> Self {
        Self {
            header_read_timeout: config.header_read_timeout,
            drain_timeout: config.drain_timeout,
            max_connections: config.max_connections,
        }
    }
}

/// A listening socket that does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens, by the socket that was handed over where there is one for this address. `key` is the
    /// setting that names the address, for the error.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(address: SocketAddr, key: &'static str) -> Result<Self, BootError> {
        let failed = |source| BootError::Listen {
            address,
            key,
            source,
        };
        let listener = match inherited::take(address) {
            Some(listener) => listener
                .set_nonblocking(true)
                .and_then(|()| TcpListener::from_std(listener)),
            None => TcpListener::bind(address).await,
        };
        let listener = listener.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// The address, with the real port where 0 was asked for.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`, then lets running requests finish within the drain's bound. What still
    /// runs after that is dropped: nothing of a connection is left when this returns.
    pub async fn serve(self, router: Router, accepting: Accepting, stop: &Stop) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(accepting.max_connections as usize));
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.requested() => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                accepted = self.accept(&places) => {
                    if let Some((stream, peer, place)) = accepted {
                        let serve = connection(stream, peer, router.clone(), accepting, &graceful);
                        connections.spawn(async move {
                            serve.await;
                            drop(place);
                        });
                    }
                }
            }
        }
        drop(self.listener);
        drain(graceful, accepting.drain_timeout).await;
        connections.shutdown().await;
    }

    async fn accept(
        &self,
        places: &Arc<Semaphore>,
    ) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        // The semaphore is never closed.
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        match self.listener.accept().await {
            Ok((stream, peer)) => Some((stream, peer, place)),
            Err(error) => {
                // Out of file descriptors, mostly: trying again at once would spin.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                None
            }
        }
    }
}

/// One connection, as a future that the drain knows about.
fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    accepting: Accepting,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    // Answers are small: waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let activity = Arc::new(Activity::default());
    let mut patience = Patience::new(Arc::clone(&activity), accepting.header_read_timeout);
    let hang_up = HangUp::default();
    let line = hang_up.clone();
    let stream = Counted {
        stream,
        activity: Arc::clone(&activity),
    };
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let busy = activity.begin();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(hang_up.clone());
        let answer = router.clone().oneshot(request);
        async move {
            let _busy = busy;
            answer.await
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = Box::pin(graceful.watch(connection));
    std::future::poll_fn(move |cx| {
        if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
            // A client that went away or sent no HTTP: nothing of ours to report.
            if let Err(error) = ended {
                tracing::debug!(%error, "connection ended early");
            }
            return Poll::Ready(());
        }
        if line.poll(cx).is_ready() {
            return Poll::Ready(());
        }
        patience.poll(cx)
    })
}

async fn drain(graceful: GracefulShutdown, limit: Duration) {
    let open = graceful.count();
    if tokio::time::timeout(limit, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            open,
            limit_s = limit.as_secs_f64(),
            "the drain's time limit ended requests that were still running"
        );
    }
}
