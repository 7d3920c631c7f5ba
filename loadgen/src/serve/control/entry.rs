//! A line of a drill's course, as the API tells it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::drill::prometheus::{AlertState, Labels};
use crate::drill::screen::Event;
use crate::drill::verdict::Verdict;

/// Something that happened in a drill.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Entry {
    /// When, by the wall clock.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Which drill.
    pub drill_id: Uuid,
    /// Seconds since the drill's start; absent before it.
    pub at_s: Option<f64>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// A drill was ordered; its field is looked at first.
    DrillStarted {
        /// The scenario's name.
        scenario: String,
        /// The seed.
        seed: u64,
    },
    /// What is waited for before the drill, or how it will be judged.
    Note {
        /// One line.
        text: String,
    },
    /// A phase of the load begins.
    Phase {
        /// Its name.
        name: String,
    },
    /// A fault was accepted.
    FaultOn {
        /// The broken service.
        service: String,
        /// The fault's kind.
        kind: String,
    },
    /// A fault was first seen to strike.
    FaultStrikes {
        /// The broken service.
        service: String,
        /// The fault's kind.
        kind: String,
    },
    /// A fault was taken back.
    FaultOff {
        /// The broken service.
        service: String,
        /// The fault's kind.
        kind: String,
        /// How often it struck.
        strikes: u64,
    },
    /// A silence was set.
    SilenceOn {
        /// What it silences.
        alert: String,
    },
    /// A silence was taken back.
    SilenceOff {
        /// What it silenced.
        alert: String,
    },
    /// A process was seen to have started anew.
    Restarted {
        /// Whose.
        service: String,
    },
    /// An alert waits for its `for`.
    AlertPending {
        /// Its labels.
        labels: Labels,
    },
    /// An alert fires.
    AlertFiring {
        /// Its labels.
        labels: Labels,
    },
    /// An alert is over.
    AlertResolved {
        /// Its labels.
        labels: Labels,
    },
    /// The webhook got word.
    Delivered {
        /// The alert's labels.
        labels: Labels,
        /// `firing` or `resolved`.
        status: String,
    },
    /// Something went wrong.
    Trouble {
        /// One line.
        reason: String,
    },
    /// The drill is over.
    Verdict {
        /// The highest verdict.
        verdict: &'static str,
        /// The exit code of a drill on the command line.
        exit_code: u8,
    },
}

impl What {
    /// The drill is over.
    pub(super) fn verdict(verdict: Verdict) -> Self {
        Self::Verdict {
            verdict: verdict.word(),
            exit_code: verdict.exit_code(),
        }
    }
}

impl From<&Event> for What {
    fn from(event: &Event) -> Self {
        match event.clone() {
            Event::Phase(name) => Self::Phase { name },
            Event::FaultOn { service, kind } => Self::FaultOn { service, kind },
            Event::FaultStrikes { service, kind } => Self::FaultStrikes { service, kind },
            Event::FaultOff {
                service,
                kind,
                strikes,
            } => Self::FaultOff {
                service,
                kind,
                strikes,
            },
            Event::SilenceOn(alert) => Self::SilenceOn { alert },
            Event::SilenceOff(alert) => Self::SilenceOff { alert },
            Event::Restarted(service) => Self::Restarted { service },
            Event::Alert { labels, state } => match state {
                Some(AlertState::Firing) => Self::AlertFiring { labels },
                Some(_) => Self::AlertPending { labels },
                None => Self::AlertResolved { labels },
            },
            Event::Delivered { labels, status } => Self::Delivered { labels, status },
            Event::Trouble(reason) => Self::Trouble { reason },
        }
    }
}
