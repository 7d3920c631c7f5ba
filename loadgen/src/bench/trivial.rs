//! A server with nothing to do, to measure clients against.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Answers every `POST` with 201 and a `Location`, and everything else with 200, from one thread of
/// its own. Ends when it is dropped.
#[derive(Debug)]
pub struct TrivialServer {
    address: SocketAddr,
    paused: watch::Sender<bool>,
    requests: Arc<AtomicU64>,
    // Dropped in this order: first told to end, then waited for.
    _stop: DropGuard,
    _thread: Joined,
}

/// What each connection needs.
#[derive(Clone, Debug)]
struct Answers {
    paused: watch::Receiver<bool>,
    requests: Arc<AtomicU64>,
}

/// Starts a [`TrivialServer`] on `address`; port 0 takes a free one.
pub fn trivial_server(address: SocketAddr) -> io::Result<TrivialServer> {
    let listener = StdListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (paused, pause) = watch::channel(false);
    let answers = Answers {
        paused: pause,
        requests: Arc::default(),
    };
    let requests = Arc::clone(&answers.requests);
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let thread = thread::Builder::new()
        .name("trivial-server".to_owned())
        .spawn(move || {
            runtime.block_on(stopped.run_until_cancelled(accept(listener, answers)));
        })?;
    Ok(TrivialServer {
        address,
        paused,
        requests,
        _stop: stop.drop_guard(),
        _thread: Joined(Some(thread)),
    })
}

impl TrivialServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base address, such as `http://127.0.0.1:45678`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Holds every answer back until [`TrivialServer::resume`]. Connections are still accepted.
    pub fn pause(&self) {
        self.paused.send_replace(true);
    }

    /// Answers again, what was held back first.
    pub fn resume(&self) {
        self.paused.send_replace(false);
    }

    /// Requests read so far, answered or not.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

async fn accept(listener: StdListener, answers: Answers) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        // Out of file descriptors, or a client that went away: others may still come.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        tokio::spawn(connection(stream, answers.clone()));
    }
}

async fn connection(stream: TcpStream, answers: Answers) {
    let service = service_fn(move |request| answer(request, answers.clone()));
    let _ = stream.set_nodelay(true);
    // How a client leaves is its own affair.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    mut answers: Answers,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let number = answers.requests.fetch_add(1, Ordering::Relaxed);
    let is_post = request.method() == Method::POST;
    let mut body = request.into_body();
    while let Some(Ok(_)) = body.frame().await {}
    // Fails only when the server is going away, and this task with it.
    let _ = answers.paused.wait_for(|paused| !paused).await;

    let mut response = Response::new(Full::new(Bytes::from_static(BODY)));
    if is_post {
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(location) = HeaderValue::try_from(format!("/orders/{number}")) {
            response.headers_mut().insert(header::LOCATION, location);
        }
    }
    Ok(response)
}

/// A thread that is waited for when it is dropped.
#[derive(Debug)]
struct Joined(Option<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // A panic there has been reported on stderr already.
            let _ = thread.join();
        }
    }
}

const BODY: &[u8] = b"{\"ok\":true}";
