//! Ending a connection from within an answer that is still being written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;

/// Ends the connection that a request came by, at once, whatever is still to be written. Each
/// request has it among its extensions.
///
/// An answer that is a stream can end by itself, but its end is written behind all that came before
/// it: a client that does not read never comes to it.
#[derive(Clone, Debug, Default)]
pub struct HangUp(Arc<Line>);

#[derive(Debug, Default)]
struct Line {
    is_cut: AtomicBool,
    connection: AtomicWaker,
}

impl HangUp {
    /// Ends the connection.
    pub fn now(&self) {
        self.0.is_cut.store(true, Ordering::Release);
        self.0.connection.wake();
    }

    /// Ends when the connection must. To be polled by the connection's own task alone.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        self.0.connection.register(cx.waker());
        if self.0.is_cut.load(Ordering::Acquire) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
