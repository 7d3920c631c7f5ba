//! The end of a server, as its connections see it.
//!
//! A client whose next request crosses the end of its connection cannot know whether the request was
//! taken, and an order is not to be sent twice. So the end is announced first: for a little while
//! everybody is still answered, and each answer says that it is the connection's last (RFC 9112, section
//! 9.6). Pools of clients lose one connection a request that way and come to those at their bottom, which
//! have lain unused for long; therefore no connection is closed before these are asked for no more. Then
//! nobody is let in any more, and the rest is closed, but for those who have just come and not asked yet:
//! they are about to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use http::Response;
use http::header::{CONNECTION, HeaderValue};
use tokio_util::sync::CancellationToken;

use super::activity::{Activity, Phase};

/// How long clients get at most to use their connections for the last time.
pub(super) const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// When none of the connections of before was used for so long, none will be. A client that sends two
/// requests a second hears of the end by an answer.
pub(super) const QUIET: Duration = Duration::from_millis(750);

/// How long a client gets for its first request, once the end is near. On a busy machine it may not come
/// to it at once, and a request on a new connection fails where one on a used connection would be sent
/// again: the client has not looked yet whether the connection still stands.
pub(super) const FIRST_REQUEST: Duration = Duration::from_secs(2);

/// How far a server has come with its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Parting {
    announced: CancellationToken,
    over: CancellationToken,
    /// Requests since the announcement on connections of before.
    requests: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    Announced,
    Over,
}

/// What to do with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    Stay,
    /// Nothing was ever asked: there is nothing to finish.
    Leave,
    /// It ends when what it does is done, at once if that is nothing.
    Finish,
}

impl Parting {
    /// From now on each answer is its connection's last.
    pub(super) fn announce(&self) {
        self.announced.cancel();
    }

    /// From now on no connection waits for another request.
    pub(super) fn close(&self) {
        self.announced.cancel();
        self.over.cancel();
    }

    /// Whether the end is near.
    pub(super) fn is_announced(&self) -> bool {
        self.announced.is_cancelled()
    }

    /// The end is announced, and a request begins on a connection of before.
    pub(super) fn note_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// How many such requests there were.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Ends when the end is announced.
    pub(super) fn announced(&self) -> impl Future<Output = ()> + Send + use<> {
        self.announced.clone().cancelled_owned()
    }

    /// Ends when no connection waits for another request.
    pub(super) fn over(&self) -> impl Future<Output = ()> + Send + use<> {
        self.over.clone().cancelled_owned()
    }

    /// Says in an answer that it is the last one, if so.
    pub(super) fn mark(&self, mut answer: Response<Body>) -> Response<Body> {
        if self.is_announced() {
            let last = HeaderValue::from_static("close");
            answer.headers_mut().insert(CONNECTION, last);
        }
        answer
    }

    /// What a connection is to do now that has been as it is for so long. To be asked after it was
    /// polled, and so has read what had come.
    pub(super) fn turn(&self, activity: &Activity, since: Duration) -> Turn {
        match (self.stage(), activity.phase()) {
            (Stage::Over, Phase::Head) if activity.is_untouched() && since >= FIRST_REQUEST => {
                Turn::Leave
            }
            (Stage::Over, Phase::Request) => Turn::Finish,
            // A request is on its way or worked on: its answer will say that it is the last.
            (_, Phase::Head | Phase::Answer) | (Stage::Open | Stage::Announced, _) => Turn::Stay,
        }
    }

    fn stage(&self) -> Stage {
        if self.over.is_cancelled() {
            Stage::Over
        } else if self.is_announced() {
            Stage::Announced
        } else {
            Stage::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn used() -> Arc<Activity> {
        let activity = Arc::<Activity>::default();
        activity.read();
        drop(activity.begin());
        activity
    }

    /// What a connection does in the three stages.
    fn turns(activity: &Activity, since: Duration) -> [Turn; 3] {
        let parting = Parting::default();
        let open = parting.turn(activity, since);
        parting.announce();
        let announced = parting.turn(activity, since);
        parting.close();
        [open, announced, parting.turn(activity, since)]
    }

    #[test]
    fn a_connection_that_was_used_may_be_used_once_more() {
        for since in [Duration::ZERO, LAST_REQUESTS] {
            assert_eq!(
                turns(&used(), since),
                [Turn::Stay, Turn::Stay, Turn::Finish]
            );
        }
    }

    #[test]
    fn a_new_connection_has_time_for_a_request() {
        let new = Activity::default();
        let almost = FIRST_REQUEST.saturating_sub(Duration::from_millis(1));
        assert_eq!(turns(&new, almost), [Turn::Stay; 3]);
        assert_eq!(
            turns(&new, FIRST_REQUEST),
            [Turn::Stay, Turn::Stay, Turn::Leave]
        );
    }

    #[test]
    fn a_request_is_never_cut_off() {
        let busy = used();
        let request = busy.begin();
        assert_eq!(turns(&busy, LAST_REQUESTS), [Turn::Stay; 3]);
        drop(request);
        let half_a_head = used();
        half_a_head.read();
        assert_eq!(turns(&half_a_head, LAST_REQUESTS), [Turn::Stay; 3]);
    }
}
