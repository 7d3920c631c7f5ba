//! A neighbour that does what it is asked to, well or badly, and remembers.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use chassis::Stop;
use chassis::http::Accepting;
use chassis::http::server::Peer;
use futures::{StreamExt as _, future, stream};
use http::StatusCode;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Card {
    name: String,
}

impl Card {
    pub(super) fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
        }
    }
}

/// What it remembers.
#[derive(Debug, Default)]
struct Seen {
    peers: HashSet<SocketAddr>,
    requests: usize,
    traceparent: String,
}

/// A running neighbour.
pub(super) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    stop: Stop,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into()).await
    }

    pub(super) async fn start_at(address: SocketAddr) -> Self {
        let (seen, stop) = (Arc::<Mutex<Seen>>::default(), Stop::new());
        let server = chassis::http::Server::bind(address, "ADDRESS")
            .await
            .expect("a port");
        let address = server.address();
        let accepting = Accepting {
            header_read_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_millis(1),
            max_connections: 64,
        };
        let (router, stopping) = (router(Arc::clone(&seen)), stop.clone());
        let task = tokio::spawn(async move { server.serve(router, accepting, &stopping).await });
        Self {
            address,
            seen,
            stop,
            task,
        }
    }

    /// Ends it and all of its connections. Returns where it was.
    pub(super) async fn stop(self) -> SocketAddr {
        self.stop.request();
        self.task.await.expect("ends");
        self.address
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.lock().peers.len()
    }

    pub(super) fn requests(&self) -> usize {
        self.seen.lock().requests
    }

    /// The last request's `traceparent`; empty where it had none.
    pub(super) fn traceparent(&self) -> String {
        self.seen.lock().traceparent.clone()
    }
}

fn router(seen: Arc<Mutex<Seen>>) -> Router {
    Router::new()
        .route("/cards/{name}", get(card))
        .route("/behind/a/gateway/cards/{name}", get(card))
        .route("/status/{status}", get(status))
        .route("/bytes/{count}", get(bytes))
        .route("/text", get(async || "no JSON"))
        .route("/number", get(async || "7"))
        .route("/empty", get(async || ""))
        .route("/broken", get(async || "{\"name\": \"ad"))
        .route("/endless", get(async || body(endless())))
        .route("/hangs", get(future::pending::<()>))
        .route("/hangs-in-the-body", get(async || body(stream::pending())))
        .route("/breaks-in-the-body", get(async || body(broken())))
        .layer(middleware::from_fn_with_state(seen, remember))
}

async fn remember(State(seen): State<Arc<Mutex<Seen>>>, request: Request, next: Next) -> Response {
    {
        let mut seen = seen.lock();
        seen.requests += 1;
        seen.peers
            .extend(request.extensions().get::<Peer>().map(|peer| peer.0));
        let headers = request.headers();
        let traceparent = headers.get("traceparent");
        seen.traceparent = traceparent.map_or_else(String::new, |value| {
            value.to_str().expect("text").to_owned()
        });
        assert_eq!(headers["accept"], "application/json");
    }
    next.run(request).await
}

async fn card(Path(name): Path<String>) -> axum::Json<Card> {
    axum::Json(Card { name })
}

async fn status(Path(status): Path<u16>) -> (StatusCode, &'static str) {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, "a body that somebody must read")
}

/// A card of exactly so many bytes.
async fn bytes(Path(count): Path<usize>) -> String {
    let around = serde_json::to_string(&Card::of("")).expect("JSON").len();
    serde_json::to_string(&Card::of(&"x".repeat(count - around))).expect("JSON")
}

type Part = Result<Bytes, io::Error>;

fn body(parts: impl stream::Stream<Item = Part> + Send + 'static) -> Body {
    let start = stream::iter([Ok(Bytes::from_static(b"{\"name\": \""))]);
    Body::from_stream(start.chain(parts))
}

fn endless() -> impl stream::Stream<Item = Part> {
    stream::repeat(Bytes::from_static(&[b'x'; 4096])).map(Ok)
}

fn broken() -> impl stream::Stream<Item = Part> {
    stream::iter([Err(io::ErrorKind::BrokenPipe.into())])
}
