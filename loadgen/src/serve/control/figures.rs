//! How the load stands, once a second, for whoever listens.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Control;
use super::run::Run;
use crate::drill::screen::Tick;
use crate::serve::lease::Lease;
use crate::serve::metrics::VisitMetrics;

const SECOND: Duration = Duration::from_secs(1);

/// The everyday customers so far.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Figures {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Visits that went well.
    pub completed: u64,
    /// Visits that failed.
    pub failed: u64,
    /// Visits that were not begun because too many were under way.
    pub dropped: u64,
    /// Whether they pause for a drill.
    pub paused: bool,
}

/// How a drill's load stands.
#[derive(Clone, Debug, Serialize)]
struct Standing<'a> {
    drill_id: Uuid,
    at_s: f64,
    planned_s: f64,
    sent: u64,
    failed: u64,
    firing: &'a [String],
    waiting_for: Option<&'a str>,
}

impl Run {
    /// Tells whoever listens how its load stands.
    pub(super) fn stand(&self, tick: &Tick) {
        let standing = Standing {
            drill_id: self.id(),
            at_s: tick.at_s,
            planned_s: tick.planned_s,
            sent: tick.sent,
            failed: tick.failed,
            firing: &tick.firing,
            waiting_for: tick.waiting_for.as_deref(),
        };
        self.bus().pass("load", &standing);
    }
}

impl Control {
    /// Tells once a second how the everyday customers fare, until `stop`.
    pub async fn tell_figures(
        self,
        visits: VisitMetrics,
        lease: Arc<Lease>,
        stop: CancellationToken,
    ) {
        let mut ticks = interval(SECOND);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            let totals = visits.totals();
            let figures = Figures {
                at: OffsetDateTime::now_utc(),
                completed: totals.completed,
                failed: totals.failed,
                dropped: totals.dropped,
                paused: lease.holder().is_some(),
            };
            self.bus().pass("baseline", &figures);
        }
    }
}
