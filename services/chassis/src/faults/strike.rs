//! Where faults strike: in front of a handler, of a database operation, of the queue, and of a call
//! to a neighbour.

use std::time::Duration;

use http::StatusCode;
use rand::RngExt as _;

use super::{Active, Fault, Faults, Kind};

impl Faults {
    /// To be asked before each request's handler: waits, and says with what status it must fail.
    pub(crate) async fn strikes_request(&self) -> Option<StatusCode> {
        if !self.is_any() {
            return None;
        }
        if let Some(late) = self.strike(Kind::Latency, by_ratio) {
            late.hold_up().await;
        }
        if let Some(hanging) = self.strike(Kind::Hang, by_ratio) {
            hanging.ended().await;
        }
        self.error()
    }

    fn error(&self) -> Option<StatusCode> {
        match self.strike(Kind::Error, by_ratio)?.fault {
            Fault::Error { status, .. } => StatusCode::from_u16(status).ok(),
            _ => None,
        }
    }

    /// To be asked before each database operation: waits, and says whether it must fail.
    pub(crate) async fn strikes_database(&self) -> bool {
        if !self.is_any() {
            return false;
        }
        if let Some(late) = self.strike(Kind::DbLatency, by_ratio) {
            late.hold_up().await;
        }
        self.strike(Kind::DbError, by_ratio).is_some()
    }

    /// To be asked before each operation of the queue: whether its connection must break.
    pub(crate) fn strikes_queue(&self) -> bool {
        self.strike(Kind::QueueDisconnect, |_| true).is_some()
    }

    /// To be awaited before messages are handled: does not end while a consumer is held up.
    pub(crate) async fn stalls_consumer(&self) {
        if let Some(stall) = self.strike(Kind::ConsumerStall, |_| true) {
            stall.ended().await;
        }
    }

    /// To be asked before each call of a neighbour: waits, and says whether the call must fail.
    pub(crate) async fn strikes_call(&self, to: &str) -> bool {
        let hits =
            |fault: &Fault| matches!(fault, Fault::Dependency { neighbour, .. } if neighbour == to);
        let Some(broken) = self.strike(Kind::Dependency, hits) else {
            return false;
        };
        broken.hold_up().await;
        matches!(broken.fault, Fault::Dependency { error_ratio, .. } if happens(error_ratio))
    }
}

impl Active {
    /// Waits for the fault's delay, but no longer than the fault lives.
    async fn hold_up(&self) {
        tokio::select! {
            () = tokio::time::sleep(delay(&self.fault)) => {}
            () = self.ended() => {}
        }
    }
}

fn delay(fault: &Fault) -> Duration {
    let milliseconds = match *fault {
        Fault::Latency {
            delay_ms,
            jitter_ms,
            ..
        } => delay_ms + rand::rng().random_range(0..=jitter_ms),
        Fault::DbLatency { delay_ms } | Fault::Dependency { delay_ms, .. } => delay_ms,
        _ => 0,
    };
    Duration::from_millis(milliseconds)
}

fn by_ratio(fault: &Fault) -> bool {
    match *fault {
        Fault::Error { ratio, .. }
        | Fault::Latency { ratio, .. }
        | Fault::Hang { ratio }
        | Fault::DbError { ratio } => happens(ratio),
        _ => true,
    }
}

fn happens(ratio: f64) -> bool {
    ratio >= 1.0 || rand::rng().random_bool(ratio)
}
