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

    fn wrote(&self, polled: &Poll<Result<usize>>) {
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How far the connection has come.
    fn moment(&self) -> Moment {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (ended, writes) = (of(&self.ended), of(&self.writes));
        let phase = if of(&self.begun) > ended {
            Phase::Answer
        } else if ended == 0 || of(&self.reads) > of(&self.reads_then) {
            Phase::Head
        } else {
            Phase::Request
        };
        Moment {
            phase,
            ended,
            writes,
        }
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

/// How far a connection has come. Patience begins anew with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    phase: Phase,
    ended: u64,
    writes: u64,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The first request's head, or the rest of a later one's.
    Head,
    /// The client's next request, or its taking more of an answer that is still being written.
    Request,
    /// Our own answer: the request's time limit sees to that.
    Answer,
}

/// Ends when the client has kept us waiting too long. To be polled after the connection.
#[derive(Debug)]
pub(super) struct Patience {
    activity: Arc<Activity>,
    head_limit: Duration,
    waiting_since: Moment,
    until: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl Patience {
    pub(super) fn new(activity: Arc<Activity>, head_limit: Duration) -> Self {
        let until = Instant::now() + head_limit;
        Self {
            waiting_since: activity.moment(),
            activity,
            head_limit,
            until,
            alarm: Box::pin(tokio::time::sleep_until(until)),
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let moment = self.activity.moment();
        if moment != self.waiting_since {
            self.waiting_since = moment;
            self.until = Instant::now() + self.limit();
            // An alarm that rings too early is set again then: that is rarer than requests are.
            if self.until < self.alarm.deadline() {
                self.alarm.as_mut().reset(self.until);
            }
        }
        while self.alarm.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            if moment.phase == Phase::Answer {
                self.until = now + self.limit();
            } else if now >= self.until {
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(self.until);
        }
        Poll::Pending
    }

    const fn limit(&self) -> Duration {
        match self.waiting_since.phase {
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
    use super::*;

    const HEAD_LIMIT: Duration = Duration::from_secs(5);

    /// A connection's activity, and the task that is patient with it. It says when it gave up.
    fn connection() -> (Arc<Activity>, tokio::task::JoinHandle<Instant>) {
        let activity = Arc::new(Activity::default());
        let mut patience = Patience::new(Arc::clone(&activity), HEAD_LIMIT);
        let watch = tokio::spawn(async move {
            // Polled now and then, as a connection's task is.
            loop {
                tokio::select! {
                    biased;
                    () = std::future::poll_fn(|cx| patience.poll(cx)) => return Instant::now(),
                    () = tokio::time::sleep(Duration::from_millis(10)) => {}
                }
            }
        });
        (activity, watch)
    }

    fn read(activity: &Activity) {
        activity.reads.fetch_add(1, Ordering::Relaxed);
    }

    async fn a_request(activity: &Arc<Activity>) {
        read(activity);
        let busy = activity.begin();
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(busy);
    }

    async fn gave_up(watch: tokio::task::JoinHandle<Instant>, since: Instant) -> u64 {
        watch
            .await
            .expect("gives up")
            .duration_since(since)
            .as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_head_has_little_time_whether_begun_or_not() {
        let (activity, watch) = connection();
        let begin = Instant::now();
        tokio::time::sleep(Duration::from_secs(3)).await;
        read(&activity);
        assert_eq!(gave_up(watch, begin).await, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn between_requests_a_client_may_rest_until_it_begins_a_head() {
        let (activity, watch) = connection();
        for _ in 0..3 {
            a_request(&activity).await;
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
        assert!(!watch.is_finished());
        let begun = Instant::now();
        read(&activity);
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            read(&activity);
        }
        assert_eq!(
            gave_up(watch, begun).await,
            5,
            "a byte now and then buys no time"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_is_closed_in_the_end() {
        let (activity, watch) = connection();
        a_request(&activity).await;
        assert_eq!(gave_up(watch, Instant::now()).await, IDLE_LIMIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn our_own_answer_may_take_as_long_as_it_takes() {
        let (activity, watch) = connection();
        read(&activity);
        let busy = activity.begin();
        tokio::time::sleep(Duration::from_hours(1)).await;
        assert!(!watch.is_finished());
        drop(busy);
        assert_eq!(gave_up(watch, Instant::now()).await, IDLE_LIMIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_taken_bit_by_bit_is_not_cut_off() {
        let (activity, watch) = connection();
        a_request(&activity).await;
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_mins(1)).await;
            activity.wrote(&Poll::Ready(Ok(7)));
        }
        assert!(!watch.is_finished());
        let last = Instant::now();
        activity.wrote(&Poll::Ready(Ok(0)));
        assert_eq!(gave_up(watch, last).await, IDLE_LIMIT.as_secs());
    }
}
