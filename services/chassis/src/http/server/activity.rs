//! What has happened on a connection, and whose turn it therefore is.

use std::io::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

/// What has happened on a connection. Only the connection's own task touches it.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// Reads that brought bytes.
    reads: AtomicU64,
    /// Writes that took bytes.
    writes: AtomicU64,
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

    /// A read brought bytes.
    pub(super) fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// A write took bytes, or not.
    pub(super) fn wrote(&self, polled: &Poll<Result<usize>>) {
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How far the connection has come.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            phase: self.phase(),
            ended: of(&self.ended),
            writes: of(&self.writes),
        }
    }

    /// What is waited for.
    pub(super) fn phase(&self) -> Phase {
        let ended = of(&self.ended);
        if of(&self.begun) > ended {
            Phase::Answer
        } else if ended == 0 || of(&self.reads) > of(&self.reads_then) {
            Phase::Head
        } else {
            Phase::Request
        }
    }

    /// Whether nothing was ever sent.
    pub(super) fn is_untouched(&self) -> bool {
        of(&self.reads) == 0
    }
}

fn of(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
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
pub(super) enum Phase {
    /// The first request's head, or the rest of a later one's.
    Head,
    /// The client's next request, or its taking more of an answer that is still being written.
    Request,
    /// Our own answer: the request's time limit sees to that.
    Answer,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) phase: Phase,
    ended: u64,
    writes: u64,
}
