//! The end of a server, as its connections see it.
//!
//! A client whose next request crosses the end of its connection cannot know whether the request was
//! taken, and an order is not to be sent twice. So the end is announced first: for a little while
//! everybody is still answered, and each answer says that it is the connection's last (RFC 9112, section
//! 9.6). Connections that nobody has used lately are closed meanwhile: pools of clients take the one that
//! was used last, so those lie at their bottom. Then nobody is let in any more, and the rest is closed, but
//! for those who have just come and not asked yet: they are about to.

use std::time::Duration;

use axum::body::Body;
use http::Response;
use http::header::{CONNECTION, HeaderValue};
use tokio_util::sync::CancellationToken;

use super::activity::{Activity, Phase};

/// How long clients get to use their connections for the last time. One that sends two requests a second
/// hears of the end by an answer.
pub(super) const LAST_REQUESTS: Duration = Duration::from_millis(500);

/// How much longer a connection is kept that was used right before the announcement.
pub(super) const LAST_TURN: Duration = Duration::from_millis(250);

/// How long a client gets for its first request, once the end is near. On a busy machine it may not come
/// to it at once, and a request on a new connection fails where one on a used connection would be sent
/// again: the client has not looked yet whether the connection still stands.
pub(super) const FIRST_REQUEST: Duration = Duration::from_secs(2);

/// How far a server has come with its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Parting {
    announced: CancellationToken,
    over: CancellationToken,
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
            (Stage::Announced | Stage::Over, Phase::Head)
                if activity.is_untouched() && since >= FIRST_REQUEST =>
            {
                Turn::Leave
            }
            (Stage::Over, Phase::Request) => Turn::Finish,
            (Stage::Announced, Phase::Request) if since >= LAST_REQUESTS => Turn::Finish,
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

    const JUST_NOW: Duration = Duration::ZERO;

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
    fn a_connection_in_use_has_its_last_request_and_one_that_is_not_goes_first() {
        assert_eq!(
            turns(&used(), JUST_NOW),
            [Turn::Stay, Turn::Stay, Turn::Finish]
        );
        assert_eq!(
            turns(&used(), LAST_REQUESTS),
            [Turn::Stay, Turn::Finish, Turn::Finish]
        );
    }

    #[test]
    fn a_new_connection_has_time_for_a_request_and_one_that_never_asks_goes_first() {
        let new = Activity::default();
        let almost = FIRST_REQUEST - Duration::from_millis(1);
        assert_eq!(turns(&new, almost), [Turn::Stay; 3]);
        assert_eq!(
            turns(&new, FIRST_REQUEST),
            [Turn::Stay, Turn::Leave, Turn::Leave]
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
