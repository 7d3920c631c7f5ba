//! What a drill tells while it runs.

use super::prometheus::{AlertState, Labels};

/// Whoever shows it.
pub trait Screen: Send + Sync {
    /// A line of the time before the drill: what is waited for.
    fn note(&self, line: &str);
    /// Something happened, `at_s` seconds after the drill's start.
    fn event(&self, at_s: f64, event: &Event);
    /// How things stand; comes several times a second.
    fn tick(&self, tick: &Tick);
}

/// A point of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A phase of the load begins.
    Phase(String),
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
    /// A silence was set: what it holds back.
    SilenceOn(String),
    /// A silence was taken back.
    SilenceOff(String),
    /// A process was seen to have started anew.
    Restarted(String),
    /// An alert changed its state; no state means that it is over.
    Alert {
        /// Its labels.
        labels: Labels,
        /// Its new state.
        state: Option<AlertState>,
    },
    /// The webhook got word.
    Delivered {
        /// The alert's labels.
        labels: Labels,
        /// `firing` or `resolved`.
        status: String,
    },
    /// Something went wrong.
    Trouble(String),
}

/// How things stand.
#[derive(Clone, Debug, Default)]
pub struct Tick {
    /// Seconds since the drill's start.
    pub at_s: f64,
    /// How long the phases last together, seconds.
    pub planned_s: f64,
    /// Visits begun.
    pub sent: u64,
    /// Visits that failed.
    pub failed: u64,
    /// Alerts that fire now.
    pub firing: Vec<String>,
    /// What is still waited for after the phases are over.
    pub waiting_for: Option<String>,
}
