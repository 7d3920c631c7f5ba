//! One write that waits, and who waits for it.

use chassis::telemetry::traces::TraceLink;
use tokio::sync::oneshot;

use super::WriteError;
use crate::store::{Batch, Cancellation, Cancelled, Inserted, Placement, StoreError, Written};

type Answer<T> = oneshot::Sender<Result<T, WriteError>>;

/// One write that waits.
#[derive(Debug)]
pub(super) enum Job {
    Place {
        placement: Placement,
        link: Option<TraceLink>,
        answer: Answer<Inserted>,
    },
    Cancel {
        cancellation: Cancellation,
        link: Option<TraceLink>,
        answer: Answer<Cancelled>,
    },
}

impl Job {
    /// Whether nobody waits any more: the client left, or its time is over.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Place { answer, .. } => answer.is_closed(),
            Self::Cancel { answer, .. } => answer.is_closed(),
        }
    }

    /// The span of the request.
    pub(super) const fn link(&self) -> Option<&TraceLink> {
        match self {
            Self::Place { link, .. } | Self::Cancel { link, .. } => link.as_ref(),
        }
    }
}

/// What is to be written for these.
pub(super) fn batch(jobs: &[Job]) -> Batch {
    let mut batch = Batch::default();
    for job in jobs {
        match job {
            Job::Place { placement, .. } => batch.placements.push(placement.clone()),
            Job::Cancel { cancellation, .. } => batch.cancellations.push(*cancellation),
        }
    }
    batch
}

/// Tells each what came of it. Whoever has left meanwhile does not hear it.
pub(super) fn tell(jobs: impl Iterator<Item = Job>, written: Written) {
    let mut placements = written.placements.into_iter();
    let mut cancellations = written.cancellations.into_iter();
    for job in jobs {
        match job {
            Job::Place { answer, .. } => {
                if let Some(inserted) = placements.next() {
                    let _ = answer.send(Ok(inserted));
                }
            }
            Job::Cancel { answer, .. } => {
                if let Some(cancelled) = cancellations.next() {
                    let _ = answer.send(Ok(cancelled));
                }
            }
        }
    }
}

/// Tells each that the store failed.
pub(super) fn tell_failed(jobs: impl Iterator<Item = Job>, error: &StoreError) {
    for job in jobs {
        match job {
            Job::Place { answer, .. } => {
                let _ = answer.send(Err(error.clone().into()));
            }
            Job::Cancel { answer, .. } => {
                let _ = answer.send(Err(error.clone().into()));
            }
        }
    }
}
