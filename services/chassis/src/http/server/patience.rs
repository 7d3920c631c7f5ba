//! How long a connection may keep us waiting. A client that has begun a request's head must end
//! it soon, or half a head would hold a connection for ever; one that has not begun may take its
//! time, because a pool of connections, such as a load balancer's, is idle most of the time, and
//! closing a connection at the moment of its reuse fails a request.
//!
//! hyper's own limit is one for both, and sets a timer for each request; this one lets the timer
//! run and looks, when it rings, whether there is still something to wait for.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use super::activity::{Activity, Moment, Phase};

/// How long a connection may be without a request. Load balancers keep theirs for 60 s; the
/// server's limit must be the longer one.
const IDLE_LIMIT: Duration = Duration::from_secs(75);

/// Ends when the client has kept us waiting too long. To be polled after the connection.
#[derive(Debug)]
pub(super) struct Patience {
    activity: Arc<Activity>,
    head_limit: Duration,
    waiting_since: Moment,
    since: Instant,
    until: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl Patience {
    pub(super) fn new(activity: Arc<Activity>, head_limit: Duration) -> Self {
        let since = Instant::now();
        let until = since + head_limit;
        Self {
            waiting_since: activity.moment(),
            since,
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
            self.since = Instant::now();
            self.until = self.since + self.limit();
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

    /// Has whoever polls it polled again when the present wait is as long as that, if not sooner.
    pub(super) fn look_again(&mut self, waited: Duration) {
        let then = self.since + waited;
        if then < self.alarm.deadline() {
            self.alarm.as_mut().reset(then);
        }
    }

    /// For how long nothing has happened, by the last poll.
    pub(super) fn waited(&self) -> Duration {
        self.since.elapsed()
    }

    const fn limit(&self) -> Duration {
        match self.waiting_since.phase {
            Phase::Head => self.head_limit,
            Phase::Request | Phase::Answer => IDLE_LIMIT,
        }
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

    async fn a_request(activity: &Arc<Activity>) {
        activity.read();
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
        activity.read();
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
        activity.read();
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            activity.read();
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
        activity.read();
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
