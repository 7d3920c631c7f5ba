//! What the scheduler, the workers and the onlookers of one run have in common.

use std::time::{Duration, Instant};

use http::HeaderValue;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::{Builder, Uuid};

use super::live::Live;
use super::memory::Memory;
use super::seconds::Seconds;
use super::visit::Visits;
use super::{Arrival, Limits, LiveFigures};

/// One run's common ground.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) started: Instant,
    pub(super) limits: Limits,
    pub(super) visits: Visits,
    pub(super) drill_id: Option<HeaderValue>,
    pub(super) salt: Salt,
    pub(super) memory: Memory,
    pub(super) live: Live,
    pub(super) seconds: Mutex<Seconds>,
    pub(super) stop: CancellationToken,
}

/// A visit whose time has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) arrival: Arrival,
    /// The moment it was meant for.
    pub(super) due: Instant,
}

/// Sets one run's idempotency keys apart from another's. The plan repeats them byte for byte, and
/// so the service would take the second run's orders for repeats of the first's. On the wire each
/// run therefore mixes its drill's id in, or a random one where there is no drill.
#[derive(Clone, Copy, Debug)]
pub(super) struct Salt(Uuid);

impl Salt {
    pub(super) fn of(drill_id: Option<&str>) -> Self {
        let id = drill_id.and_then(|id| id.parse().ok());
        Self(id.unwrap_or_else(Uuid::new_v4))
    }

    pub(super) fn applied_to(self, key: Uuid) -> Uuid {
        let mixed = key.as_u128() ^ self.0.as_u128();
        Builder::from_random_bytes(mixed.to_be_bytes()).into_uuid()
    }
}

impl Shared {
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn figures(&self) -> LiveFigures {
        self.live.figures(self.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_repeat_within_a_drill_and_never_between_drills() {
        let key = Uuid::new_v4();
        let (one, other) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
        let salted = |id| Salt::of(id).applied_to(key);
        assert_eq!(salted(Some(&one)), salted(Some(&one)));
        assert_ne!(salted(Some(&one)), salted(Some(&other)));
        assert_ne!(salted(None), salted(None));
        assert_eq!(salted(None).get_version_num(), 4);
    }
}
