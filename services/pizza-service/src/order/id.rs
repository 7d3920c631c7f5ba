//! Ids of orders: UUIDs of version 7, which rise within the process and across its restarts.

use time::OffsetDateTime;
use uuid::Uuid;

/// The highest possible id: every order is older.
pub const LAST: Uuid = Uuid::max();

/// A new id, higher than all before it, and the moment that is in it.
pub fn next() -> (Uuid, OffsetDateTime) {
    let id = Uuid::now_v7();
    (id, moment(id))
}

/// The moment of an id, to the millisecond, so that sorting by id is sorting by time.
fn moment(id: Uuid) -> OffsetDateTime {
    let (seconds, nanos) = id.get_timestamp().map_or((0, 0), |at| at.to_unix());
    // 48 bits of milliseconds end in the year 10889; `time` ends with 9999.
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        + time::Duration::nanoseconds(i64::from(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_and_their_moments_do_not_fall() {
        let ids: Vec<_> = (0..10_000).map(|_| next()).collect();
        assert!(ids.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(ids.windows(2).all(|pair| pair[0].1 <= pair[1].1));
    }

    #[test]
    fn the_moment_is_now_to_the_millisecond() {
        let before = OffsetDateTime::now_utc() - time::Duration::milliseconds(1);
        let (_, moment) = next();
        assert!(before <= moment);
        assert!(moment <= OffsetDateTime::now_utc() + time::Duration::SECOND);
        assert_eq!(moment.nanosecond() % 1_000_000, 0);
    }
}
