//! One connection of the closed loop: bytes out, bytes in, as few steps as HTTP/1.1 allows.

use std::io;

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::response::{Body, Head, Malformed, chunked_length, head};

/// A connection with what was read from it.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// An answer that was read to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) bytes: u64,
    pub(super) closes: bool,
}

/// Why there was no answer.
#[derive(Debug, Error)]
pub(super) enum AskError {
    #[error("connection lost: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("the head or a chunked body is larger than {LARGEST} bytes")]
    TooLarge,
}

const FIRST_BUFFER: usize = 16 * 1024;
/// The largest head or chunked body; bodies with a length may be of any.
const LARGEST: usize = 16 * 1024 * 1024;

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            buffer: vec![0; FIRST_BUFFER],
            filled: 0,
        }
    }

    /// Sends one request and reads its answer.
    pub(super) async fn ask(
        &mut self,
        request: &[u8],
        asked_by_head: bool,
    ) -> Result<Answered, AskError> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let head = self.head(asked_by_head).await?;
        let body = match head.body {
            Body::Length(length) => self.skip(head.length, length).await?,
            Body::Chunked => self.chunks(head.length).await?,
            Body::UntilClose => self.rest(head.length).await?,
        };
        Ok(Answered {
            status: head.status,
            bytes: head.length as u64 + body,
            closes: head.closes,
        })
    }

    async fn head(&mut self, asked_by_head: bool) -> Result<Head, AskError> {
        loop {
            self.more().await?;
            if let Some(head) = head(&self.buffer[..self.filled], asked_by_head)? {
                return Ok(head);
            }
        }
    }

    /// Reads a body of known length past the head, keeping none of it.
    async fn skip(&mut self, head: usize, length: u64) -> Result<u64, AskError> {
        let mut missing = length.saturating_sub((self.filled - head) as u64);
        while missing > 0 {
            let read = self.stream.read(&mut self.buffer).await?;
            if read == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            missing = missing.saturating_sub(read as u64);
        }
        Ok(length)
    }

    async fn chunks(&mut self, head: usize) -> Result<u64, AskError> {
        loop {
            if let Some(length) = chunked_length(&self.buffer[head..self.filled])? {
                return Ok(length as u64);
            }
            self.more().await?;
        }
    }

    async fn rest(&mut self, head: usize) -> Result<u64, AskError> {
        let mut length = (self.filled - head) as u64;
        loop {
            match self.stream.read(&mut self.buffer).await? {
                0 => return Ok(length),
                read => length += read as u64,
            }
        }
    }

    /// Reads on behind what is there.
    async fn more(&mut self) -> Result<(), AskError> {
        if self.filled == self.buffer.len() {
            if self.filled >= LARGEST {
                return Err(AskError::TooLarge);
            }
            self.buffer.resize(2 * self.filled, 0);
        }
        let read = self.stream.read(&mut self.buffer[self.filled..]).await?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        self.filled += read;
        Ok(())
    }
}
