//! Where faults strike: in front of a handler, of a database operation, of the queue, and of a call
//! to a neighbour; and in what is measured.

use std::time::Duration;

use http::StatusCode;
use rand::RngExt as _;

use super::{Active, Fault, Faults, Kind};

impl Faults {
    /// To be asked before each request's handler: waits, and says with what status it must fail.
    /// `route` is the pattern that matched, where one did.
    pub(crate) async fn strikes_request(&self, route: Option<&str>) -> Option<StatusCode> {
        if !self.is_any() {
            return None;
        }
        let hits = |fault: &Fault| is_of_route(fault, route) && by_ratio(fault);
        if let Some(late) = self.strike(Kind::Latency, hits) {
            late.hold_up().await;
        }
        if let Some(hanging) = self.strike(Kind::Hang, hits) {
            hanging.ended().await;
        }
        match self.strike(Kind::Error, hits)?.fault {
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

    /// Ends when a consumer must leave the queue, be it that it must already.
    pub(crate) async fn loses_consumer(&self) {
        loop {
            // Before the look, so that no fault comes between the two.
            let news = self.0.news.notified();
            if self.strike(Kind::ConsumerLost, |_| true).is_some() {
                return;
            }
            news.await;
        }
    }

    /// To be awaited before a consumer comes to the queue: does not end while it is kept out.
    pub(crate) async fn keeps_consumer_out(&self) {
        while let Some(lost) = self.strike(Kind::ConsumerLost, |_| true) {
            lost.ended().await;
        }
    }

    /// To be asked when a metric is shown: how many clients it has a series for.
    pub(crate) fn explodes_label(&self) -> u32 {
        match self.strike(Kind::LabelExplosion, |_| true) {
            Some(Active {
                fault: Fault::LabelExplosion { series },
                ..
            }) => series,
            _ => 0,
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

/// Whether the fault strikes requests of this route: of all, where it names none.
fn is_of_route(fault: &Fault, route: Option<&str>) -> bool {
    match fault {
        Fault::Error { route: wanted, .. }
        | Fault::Latency { route: wanted, .. }
        | Fault::Hang { route: wanted, .. } => wanted.is_none() || wanted.as_deref() == route,
        _ => true,
    }
}

fn by_ratio(fault: &Fault) -> bool {
    match *fault {
        Fault::Error { ratio, .. }
        | Fault::Latency { ratio, .. }
        | Fault::Hang { ratio, .. }
        | Fault::DbError { ratio } => happens(ratio),
        _ => true,
    }
}

fn happens(ratio: f64) -> bool {
    ratio >= 1.0 || rand::rng().random_bool(ratio)
}
