//! Servers that only listen: what was said to them over HTTP or SMTP is kept. They stand for the
//! webhook, Slack, Telegram, SNS and the mail server that a test must not call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::wait::until;

/// What was said: a path and a body, or a whole mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The path of an HTTP request; empty for mail.
    pub path: String,
    /// The body.
    pub body: String,
}

/// A server on a port of its own. Lives as long as the runtime that it was started on.
#[derive(Clone, Debug)]
pub struct Ear {
    address: SocketAddr,
    words: Words,
    answer: Arc<str>,
}

type Words = Arc<Mutex<Vec<Word>>>;

impl Ear {
    /// Hears HTTP, and answers everything with success and this body.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn http(answer: &str) -> Result<Self> {
        let (ear, listener) = Self::bind(answer).await?;
        let router = Router::new().fallback(hear).with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(ear)
    }

    /// Takes mail in without asking for anything.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn smtp() -> Result<Self> {
        let (ear, listener) = Self::bind("").await?;
        let words = Arc::clone(&ear.words);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let words = Arc::clone(&words);
                tokio::spawn(async move { take_mail(stream, &words).await });
            }
        });
        Ok(ear)
    }

    async fn bind(answer: &str) -> Result<(Self, TcpListener)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let ear = Self {
            address: listener.local_addr()?,
            words: Arc::default(),
            answer: answer.into(),
        };
        Ok((ear, listener))
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything so far, in order.
    pub fn words(&self) -> Vec<Word> {
        self.words.lock().clone()
    }

    /// Waits for the first that is as wanted.
    ///
    /// # Errors
    /// When none comes in time; what came instead is in the error.
    pub async fn hears(
        &self,
        what: &str,
        limit: Duration,
        wanted: impl Fn(&Word) -> bool,
    ) -> Result<Word> {
        let heard = until(what, limit, async || self.words().into_iter().find(&wanted)).await;
        heard.map_err(|error| error.context(format!("heard: {:#?}", self.words())))
    }
}

impl Word {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

async fn hear(State(ear): State<Ear>, uri: Uri, body: String) -> String {
    ear.words.lock().push(Word {
        path: uri.path().to_owned(),
        body,
    });
    ear.answer.to_string()
}

/// One conversation: every command is welcome, and what follows DATA is kept.
async fn take_mail(stream: TcpStream, words: &Words) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 ear\r\n").await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let command = line.trim().to_ascii_uppercase();
        line.clear();
        let answer: &[u8] = match command.split([' ', ':']).next() {
            Some("DATA") => {
                stream.write_all(b"354 go on\r\n").await?;
                let body = mail(&mut stream).await?;
                words.lock().push(Word {
                    path: String::new(),
                    body,
                });
                b"250 kept\r\n"
            }
            Some("QUIT") => {
                return stream.write_all(b"221 bye\r\n").await;
            }
            _ => b"250 ear\r\n",
        };
        stream.write_all(answer).await?;
    }
    Ok(())
}

/// Until a line with a single dot.
async fn mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut mail = String::new();
    loop {
        let before = mail.len();
        if stream.read_line(&mut mail).await? == 0 || &mail[before..] == ".\r\n" {
            mail.truncate(before);
            return Ok(mail);
        }
    }
}
