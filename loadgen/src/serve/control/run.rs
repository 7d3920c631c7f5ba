//! One drill of the desk, from its order to its record.

use std::sync::Arc;

use parking_lot::Mutex;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bus::Bus;
use super::entry::{Entry, What};
use crate::report::record::DrillRecord;

/// Entries that are kept of one drill; its record has what matters of those beyond.
const MOST_ENTRIES: usize = 1000;

/// How far a drill is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It runs, or is about to.
    Running,
    /// It was told to stop, and takes its faults back.
    Stopping,
    /// It is over, and has a record.
    Over,
    /// It ended by a mistake of ours, without a record.
    Failed,
}

/// One drill.
#[derive(Debug)]
pub struct Run {
    id: Uuid,
    scenario: String,
    seed: u64,
    ordered_at: OffsetDateTime,
    bus: Bus,
    stop: CancellationToken,
    state: watch::Sender<State>,
    course: Mutex<Course>,
}

#[derive(Debug, Default)]
struct Course {
    entries: Vec<Entry>,
    left_off: usize,
    record: Option<Arc<DrillRecord>>,
}

/// A drill as the API shows it in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Brief {
    /// Its id.
    pub id: Uuid,
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// How far it is.
    pub state: State,
    /// When it was ordered.
    #[serde(with = "time::serde::rfc3339")]
    pub ordered_at: OffsetDateTime,
    /// The highest verdict, once it is over.
    pub verdict: Option<&'static str>,
}

/// A drill as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Whole {
    /// What the list says.
    #[serde(flatten)]
    pub brief: Brief,
    /// What happened, oldest first.
    pub events: Vec<Entry>,
    /// How many more happened.
    pub events_left_off: usize,
    /// The record, once it is over: as in `report.json`.
    #[schema(value_type = Option<Object>)]
    pub record: Option<Arc<DrillRecord>>,
}

impl Run {
    pub(super) fn new(id: Uuid, scenario: &str, seed: u64, bus: Bus) -> Self {
        Self {
            id,
            scenario: scenario.to_owned(),
            seed,
            ordered_at: OffsetDateTime::now_utc(),
            bus,
            stop: CancellationToken::new(),
            state: watch::Sender::new(State::Running),
            course: Mutex::default(),
        }
    }

    /// Its id.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        matches!(*self.state.borrow(), State::Over | State::Failed)
    }

    /// Ends when it has ended.
    pub async fn over(&self) {
        let is_over = |state: &State| matches!(state, State::Over | State::Failed);
        // The sender lives as long as self.
        let _ = self.state.subscribe().wait_for(is_over).await;
    }

    /// Ends it early; whether it was still running.
    pub fn stop(&self) -> bool {
        self.stop.cancel();
        self.state.send_if_modified(|state| {
            let is_running = *state == State::Running;
            if is_running {
                *state = State::Stopping;
            }
            is_running
        });
        !self.is_over()
    }

    pub(super) const fn bus(&self) -> &Bus {
        &self.bus
    }

    pub(super) const fn token(&self) -> &CancellationToken {
        &self.stop
    }

    /// What has happened is kept, and told to whoever listens.
    pub(super) fn tell(&self, at_s: Option<f64>, what: What) {
        let entry = Entry {
            at: OffsetDateTime::now_utc(),
            drill_id: self.id,
            at_s,
            what,
        };
        self.bus.tell(&entry);
        let mut course = self.course.lock();
        if course.entries.len() < MOST_ENTRIES {
            course.entries.push(entry);
        } else {
            course.left_off += 1;
        }
    }

    pub(super) fn begun(&self) {
        self.tell(
            None,
            What::DrillStarted {
                scenario: self.scenario.clone(),
                seed: self.seed,
            },
        );
    }

    /// It has ended; without a record where it failed.
    pub(super) fn end(&self, record: Option<DrillRecord>) {
        let Some(record) = record else {
            let reason = "the drill failed; the faults were taken back".to_owned();
            self.tell(None, What::Trouble { reason });
            self.state.send_replace(State::Failed);
            return;
        };
        let verdict = record.verdict;
        self.course.lock().record = Some(Arc::new(record));
        self.tell(None, What::verdict(verdict));
        self.state.send_replace(State::Over);
    }

    /// Its record, once it is over.
    pub fn record(&self) -> Option<Arc<DrillRecord>> {
        self.course.lock().record.clone()
    }

    /// In a line.
    pub fn brief(&self) -> Brief {
        let record = self.record();
        Brief {
            id: self.id,
            scenario: self.scenario.clone(),
            seed: self.seed,
            state: *self.state.borrow(),
            ordered_at: self.ordered_at,
            verdict: record.map(|record| record.verdict.word()),
        }
    }

    /// With all that happened so far.
    pub fn whole(&self) -> Whole {
        let brief = self.brief();
        let course = self.course.lock();
        Whole {
            brief,
            events: course.entries.clone(),
            events_left_off: course.left_off,
            record: course.record.clone(),
        }
    }
}
