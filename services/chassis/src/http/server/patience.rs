//! How long a connection may keep us waiting. A client that has begun a request's head must end
//! it soon, or half a head would hold a connection for ever; one that has not begun may take its
//! time, because a pool of connections, such as a load balancer's, is idle most of the time, and
//! closing a connection at the moment of its reuse fails a request.
//!
//! hyper's own limit is one for both, and sets a timer for each request; this one lets the timer
//! run and looks, when it rings, whether there is still something to wait for.

use std::future::Future;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// How long a connection may be without a request. Load balancers keep theirs for 60 s; the
/// server's limit must be the longer one.
const IDLE_LIMIT: Duration = Duration::from_secs(75);

/// What has happened on a connection. Only the connection's own task touches it.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// Reads that brought bytes.
    reads: AtomicU64,
    /// Requests whose head is complete.
    begun: AtomicU64,
    /// Requests that were answered, or dropped.
    ended: AtomicU64,
    /// What `reads` was when the last request ended.
    reads_then: AtomicU64,
}

/// A request that is being worked on.
pub(super) struct Busy(Arc<Activity>);

impl Activity {
    /// A request's head is complete. It is our turn until the return value is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(self))
    }

    /// What is waited for, and how many requests came before it.
    fn phase(&self) -> (Phase, u64) {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let ended = of(&self.ended);
        let phase = if of(&self.begun) > ended {
            Phase::Answer
        } else if ended == 0 || of(&self.reads) > of(&self.reads_then) {
            Phase::Head
        } else {
            Phase::Request
        };
        (phase, ended)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let activity = &self.0;
        let reads = activity.reads.load(Ordering::Relaxed);
        activity.reads_then.store(reads, Ordering::Relaxed);
        activity.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The first request's head, or the rest of a later one's.
    Head,
    /// The client's next request.
    Request,
    /// Our own answer: the request's time limit sees to that.
    Answer,
}

/// Ends when the client has kept us waiting too long. To be polled after the connection.
#[derive(Debug)]
pub(super) struct Patience {
    activity: Arc<Activity>,
    head_limit: Duration,
    waiting_for: (Phase, u64),
    until: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl Patience {
    pub(super) fn new(activity: Arc<Activity>, head_limit: Duration) -> Self {
        let until = Instant::now() + head_limit;
        Self {
            waiting_for: activity.phase(),
            activity,
            head_limit,
            until,
            alarm: Box::pin(tokio::time::sleep_until(until)),
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let waiting_for = self.activity.phase();
        if waiting_for != self.waiting_for {
            self.waiting_for = waiting_for;
            self.until = Instant::now() + self.limit();
            // An alarm that rings too early is set again then: that is rarer than requests are.
            if self.until < self.alarm.deadline() {
                self.alarm.as_mut().reset(self.until);
            }
        }
        while self.alarm.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            if waiting_for.0 == Phase::Answer {
                self.until = now + self.limit();
            } else if now >= self.until {
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(self.until);
        }
        Poll::Pending
    }

    const fn limit(&self) -> Duration {
        match self.waiting_for.0 {
            Phase::Head => self.head_limit,
            Phase::Request | Phase::Answer => IDLE_LIMIT,
        }
    }
}

/// A connection's stream, whose reads are counted.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) stream: TcpStream,
    pub(super) activity: Arc<Activity>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.reads.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
