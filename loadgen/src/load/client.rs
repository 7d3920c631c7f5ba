//! A pool of kept-alive HTTP/1.1 connections to one service, for one worker.

use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::targets::Origin;

/// The request's body: known as a whole.
pub(super) type Body = Full<Bytes>;

/// Connects when it must, reuses when it can.
#[derive(Debug)]
pub(super) struct Client {
    origin: Origin,
    /// The one used last comes first: the others may rest until the service closes them.
    idle: Mutex<Vec<SendRequest<Body>>>,
    room: Semaphore,
}

/// What a visit needs of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// When the request really went out.
    pub(super) sent: Instant,
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    /// Empty unless it was asked for.
    pub(super) body: Bytes,
}

/// Whether the body is kept or only read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    Nothing,
    Body,
}

/// Why there was no answer.
#[derive(Debug, Error)]
pub(super) enum ClientError {
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    #[error("connection lost: {0}")]
    Lost(#[from] hyper::Error),
    #[error("answer not readable: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    #[error("the pool is closed")]
    Closed,
}

/// The largest body that is kept.
const LARGEST_BODY: usize = 1024 * 1024;

impl Client {
    /// At most `connections` at once.
    pub(super) fn new(origin: Origin, connections: usize) -> Self {
        Self {
            origin,
            idle: Mutex::default(),
            room: Semaphore::new(connections),
        }
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Sends `request` as soon as there is a connection and reads the whole answer.
    pub(super) async fn ask(
        &self,
        request: Request<Body>,
        keep: Keep,
    ) -> Result<Answer, ClientError> {
        let _room = self.room.acquire().await.map_err(|_| ClientError::Closed)?;
        let (connection, sent, response) = self.send(request).await?;
        let answer = read(sent, response, keep).await?;
        if !connection.is_closed() {
            self.idle.lock().push(connection);
        }
        Ok(answer)
    }

    /// A kept connection may have been closed by the service meanwhile. If nothing was written yet
    /// the next one is tried, and a new one at last.
    async fn send(
        &self,
        mut request: Request<Body>,
    ) -> Result<(SendRequest<Body>, Instant, Response<Incoming>), ClientError> {
        loop {
            let (mut connection, is_new) = match self.kept().await {
                Some(kept) => (kept, false),
                None => (self.connect().await?, true),
            };
            let sent = Instant::now();
            match connection.try_send_request(request).await {
                Ok(response) => return Ok((connection, sent, response)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) if !is_new => request = unsent,
                    _ => return Err(error.into_error().into()),
                },
            }
        }
    }

    async fn kept(&self) -> Option<SendRequest<Body>> {
        loop {
            let mut connection = self.idle.lock().pop()?;
            if connection.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<Body>, ClientError> {
        let stream = TcpStream::connect((self.origin.host.as_str(), self.origin.port)).await?;
        stream.set_nodelay(true)?;
        let (connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
        // The driver ends with its connection; how, the visit that was using it hears itself.
        tokio::spawn(driver);
        Ok(connection)
    }
}

async fn read(
    sent: Instant,
    response: Response<Incoming>,
    keep: Keep,
) -> Result<Answer, ClientError> {
    let status = response.status();
    let location = response.headers().get(header::LOCATION);
    let location = location
        .and_then(|value| value.to_str().ok())
        .map(ToOwned::to_owned);
    let mut body = response.into_body();
    let body = match keep {
        Keep::Body => {
            let whole = Limited::new(body, LARGEST_BODY).collect().await;
            whole.map_err(ClientError::Body)?.to_bytes()
        }
        Keep::Nothing => {
            while let Some(frame) = body.frame().await {
                frame?;
            }
            Bytes::new()
        }
    };
    Ok(Answer {
        sent,
        status,
        location,
        body,
    })
}
