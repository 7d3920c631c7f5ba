//! The closed loop: as many questions as answers, over kept-alive connections, as fast as they come or
//! at a pace.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Method};
use parking_lot::Mutex;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout_at;
use url::Url;

use super::report::BenchReport;
use crate::load::TargetError;
use crate::load::targets::Origin;
use crate::load::times::Times;
use connection::Connection;
use pace::Pace;

mod connection;
mod pace;

/// One question, asked over and over.
#[derive(Clone, Debug)]
pub struct BenchConfig {
    /// Where to ask; its path and query are the request's.
    pub url: Url,
    /// Connections, each with one request at a time.
    pub connections: usize,
    /// How long to ask.
    pub duration: Duration,
    /// Questions a second, all connections together; none for as many as are answered.
    pub per_second: Option<f64>,
    /// The request's method.
    pub method: Method,
    /// Its headers, beside `Host` and `Content-Length`.
    pub headers: HeaderMap,
    /// Its body; empty for none.
    pub body: Bytes,
}

/// Why nothing was measured.
#[derive(Debug, Error)]
pub enum BenchError {
    /// An address that cannot be asked.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// No thread or runtime to be had.
    #[error("the benchmark does not start: {0}")]
    Engine(#[from] io::Error),
}

/// The counts of all connections; they run on one thread, so nobody ever waits for the lock.
#[derive(Debug, Default)]
struct Sums {
    requests: u64,
    non_2xx: u64,
    errors: u64,
    bytes: u64,
    latency: Times,
}

/// What every connection needs to know.
#[derive(Debug)]
struct Question {
    origin: Origin,
    bytes: Bytes,
    asked_by_head: bool,
    sums: Mutex<Sums>,
}

/// How long a connection that was refused or lost waits before it tries again.
const BREATH: Duration = Duration::from_millis(10);

impl BenchConfig {
    /// `GET url` without further headers.
    pub fn get(url: Url, connections: usize, duration: Duration) -> Self {
        Self {
            url,
            connections,
            duration,
            per_second: None,
            method: Method::GET,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// The whole request, composed once.
    fn request(&self, origin: &Origin) -> Bytes {
        let mut bytes = BytesMut::new();
        bytes.put_slice(self.method.as_str().as_bytes());
        bytes.put_u8(b' ');
        bytes.put_slice(self.url[url::Position::BeforePath..url::Position::AfterQuery].as_bytes());
        bytes.put_slice(b" HTTP/1.1\r\n");
        let mut header = |name: &[u8], value: &[u8]| {
            for part in [name, b": ", value, b"\r\n"] {
                bytes.put_slice(part);
            }
        };
        header(b"host", origin.authority.as_bytes());
        for (name, value) in &self.headers {
            header(name.as_str().as_bytes(), value.as_bytes());
        }
        if !self.body.is_empty() {
            header(b"content-length", self.body.len().to_string().as_bytes());
        }
        bytes.put_slice(b"\r\n");
        bytes.put_slice(&self.body);
        bytes.freeze()
    }
}

/// Asks until the time is over. Blocks, on a thread with a runtime of its own, so it may be called
/// from anywhere.
pub fn run(config: &BenchConfig) -> Result<BenchReport, BenchError> {
    let origin = Origin::new(&config.url)?;
    let question = Arc::new(Question {
        bytes: config.request(&origin),
        origin,
        asked_by_head: config.method == Method::HEAD,
        sums: Mutex::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let elapsed = thread::scope(|scope| {
        let asking = thread::Builder::new()
            .name("bench".to_owned())
            .spawn_scoped(scope, || runtime.block_on(ask_on_all(&question, config)))?;
        match asking.join() {
            Ok(elapsed) => io::Result::Ok(elapsed),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    let sums = question.sums.lock();
    Ok(BenchReport {
        connections: config.connections,
        elapsed_s: elapsed.as_secs_f64(),
        requests: sums.requests,
        non_2xx: sums.non_2xx,
        errors: sums.errors,
        bytes: sums.bytes,
        latency: sums.latency.quantiles(),
    })
}

async fn ask_on_all(question: &Arc<Question>, config: &BenchConfig) -> Duration {
    let started = Instant::now();
    let deadline = (started + config.duration).into();
    let mut asking = JoinSet::new();
    for mut pace in Pace::shares(started, config.connections, config.per_second) {
        let question = Arc::clone(question);
        asking.spawn(async move {
            let asking = ask_for_ever(&question, &mut pace);
            timeout_at(deadline, asking).await.is_err()
        });
    }
    asking.join_all().await;
    started.elapsed()
}

async fn ask_for_ever(question: &Question, pace: &mut Pace) {
    loop {
        if ask_on_one(question, pace).await.is_err() {
            question.sums.lock().errors += 1;
            tokio::time::sleep(BREATH).await;
        }
    }
}

/// Asks on one connection until it is closed: by agreement, or with an error.
async fn ask_on_one(question: &Question, pace: &mut Pace) -> Result<(), connection::AskError> {
    let stream = TcpStream::connect((question.origin.host.as_str(), question.origin.port)).await?;
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(stream);
    loop {
        let asked = pace.next().await;
        let answer = connection
            .ask(&question.bytes, question.asked_by_head)
            .await?;
        let latency = asked.elapsed();

        let mut sums = question.sums.lock();
        sums.requests += 1;
        sums.bytes += answer.bytes;
        sums.non_2xx += u64::from(!(200..300).contains(&answer.status));
        sums.latency.record(latency);
        if answer.closes {
            return Ok(());
        }
    }
}
