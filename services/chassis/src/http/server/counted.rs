//! A connection's stream, which tells its activity what passes.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::activity::Activity;
use super::parting::Parting;

/// A connection's stream, whose reads are counted.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) stream: TcpStream,
    pub(super) activity: Arc<Activity>,
    pub(super) parting: Parting,
}

impl Counted {
    /// Asks the kernel, whatever the runtime has heard of: bytes that have come are seen before the
    /// connection is closed for want of them.
    fn last_look(&self, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        match rustix::io::read(&self.stream, buffer.initialize_unfilled()) {
            Ok(read) => {
                buffer.advance(read);
                Poll::Ready(Ok(()))
            }
            Err(rustix::io::Errno::AGAIN) => Poll::Pending,
            Err(error) => Poll::Ready(Err(error.into())),
        }
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let mut polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if polled.is_pending() && self.parting.is_announced() {
            polled = self.last_look(buffer);
        }
        if buffer.filled().len() > before {
            self.activity.read();
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
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.activity.wrote(&polled);
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.activity.wrote(&polled);
        polled
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// One poll: what was read, unless there is nothing to be had.
    fn read_once(stream: &mut Counted) -> Option<Vec<u8>> {
        let mut bytes = [0; 64];
        let mut buffer = ReadBuf::new(&mut bytes);
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match Pin::new(stream).poll_read(&mut cx, &mut buffer) {
            Poll::Ready(read) => read.ok().map(|()| buffer.filled().to_vec()),
            Poll::Pending => None,
        }
    }

    // One thread, and no pause: the runtime hears of nothing meanwhile.
    #[tokio::test]
    async fn bytes_that_the_runtime_has_not_heard_of_are_seen_at_the_end() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("has one");
        let mut client = std::net::TcpStream::connect(address).expect("listens");
        let (accepted, _) = listener.accept().expect("comes");
        accepted.set_nonblocking(true).expect("is a socket");
        let mut stream = Counted {
            stream: TcpStream::from_std(accepted).expect("is a socket"),
            activity: Arc::default(),
            parting: Parting::default(),
        };
        client.write_all(b"GET").expect("sends");
        assert_eq!(read_once(&mut stream), None);
        stream.parting.announce();
        assert_eq!(read_once(&mut stream).as_deref(), Some(b"GET".as_slice()));
        assert!(!stream.activity.is_untouched());
        assert_eq!(read_once(&mut stream), None);
    }
}
