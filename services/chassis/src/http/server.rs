//! Serving a router: hyper with a bound on the time that a request's head may take, on the number
//! of connections, and on the drain. (`axum::serve` has none of the three.)

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::config::HttpConfig;
use crate::error::BootError;
use crate::stop::Stop;

mod activity;
mod connection;
mod counted;
mod hang_up;
pub(crate) mod inherited;
mod parting;
mod patience;

pub use hang_up::HangUp;

use connection::connection;
use parting::{LAST_REQUESTS, Parting, QUIET};

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

    /// Answers until `stop`, and a moment longer, so that nobody's request crosses the end; then lets
    /// running requests finish within the drain's bound. What still runs after that is dropped: nothing
    /// of a connection is left when this returns.
    pub async fn serve(self, router: Router, accepting: Accepting, stop: &Stop) {
        let mut clients = Clients::new(router, accepting);
        tokio::select! {
            () = stop.requested() => {}
            () = clients.let_in(&self.listener) => {}
        }
        clients.announce_the_end(&self.listener).await;
        drop(self.listener);
        clients.drain().await;
    }
}

/// Everybody who is connected.
struct Clients {
    router: Router,
    accepting: Accepting,
    parting: Parting,
    places: Arc<Semaphore>,
    connections: JoinSet<()>,
}

impl Clients {
    fn new(router: Router, accepting: Accepting) -> Self {
        Self {
            router,
            accepting,
            parting: Parting::default(),
            places: Arc::new(Semaphore::new(accepting.max_connections as usize)),
            connections: JoinSet::new(),
        }
    }

    /// Lets in whoever comes. Once the end is announced it ends itself when nobody is left.
    async fn let_in(&mut self, listener: &TcpListener) {
        while !(self.parting.is_announced() && self.connections.is_empty()) {
            tokio::select! {
                Some(_) = self.connections.join_next(), if !self.connections.is_empty() => {}
                accepted = accept(listener, &self.places) => {
                    if let Some((stream, peer, place)) = accepted {
                        self.serve(stream, peer, place);
                    }
                }
            }
        }
    }

    fn serve(&mut self, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        let router = self.router.clone();
        let connection = connection(stream, peer, router, self.accepting, self.parting.clone());
        self.connections.spawn(async move {
            connection.await;
            drop(place);
        });
    }

    async fn announce_the_end(&mut self, listener: &TcpListener) {
        self.parting.announce();
        let limit = LAST_REQUESTS.min(self.accepting.drain_timeout);
        // Whoever is left then has asked for nothing, or is worked for.
        let _ = timeout(limit, self.let_in_until_quiet(listener)).await;
    }

    /// Ends when nobody uses the connections of before any more.
    async fn let_in_until_quiet(&mut self, listener: &TcpListener) {
        loop {
            let before = self.parting.requests();
            let all_gone = timeout(QUIET, self.let_in(listener)).await.is_ok();
            if all_gone || self.parting.requests() == before {
                return;
            }
        }
    }

    async fn drain(mut self) {
        self.parting.close();
        let limit = self.accepting.drain_timeout;
        if timeout(limit, self.all_ended()).await.is_err() {
            tracing::warn!(
                open = self.connections.len(),
                limit_s = limit.as_secs_f64(),
                "the drain's time limit ended requests that were still running"
            );
        }
        self.connections.shutdown().await;
    }

    async fn all_ended(&mut self) {
        while self.connections.join_next().await.is_some() {}
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            // Out of file descriptors, mostly: trying again at once would spin.
            tracing::warn!(%error, "cannot accept a connection");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
