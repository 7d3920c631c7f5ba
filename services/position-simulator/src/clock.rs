//! The wall clock, by which all trips go.

use std::time::Duration;

use chassis::Stop;
use time::OffsetDateTime;

/// The present moment.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Waits for the next moment that is so many milliseconds after a whole second. Returns whether to go
/// on: not when it is time to stop.
pub(crate) async fn tick(millisecond: u16, stop: &Stop) -> bool {
    let passed = u64::from(now().millisecond());
    let wait = (1000 + u64::from(millisecond) - passed) % 1000;
    // Not at once again: the same tick would come twice.
    pause(
        Duration::from_millis(if wait == 0 { 1000 } else { wait }),
        stop,
    )
    .await
}

/// Waits for a while. Returns whether to go on.
pub(crate) async fn pause(duration: Duration, stop: &Stop) -> bool {
    tokio::select! {
        () = stop.requested() => false,
        () = tokio::time::sleep(duration) => true,
    }
}
