//! A neighbour that fails is told of once, and once more when it works again.

use std::fmt::Display;
use std::time::Duration;

use chassis::telemetry::traces::untraced;
use opentelemetry::context::FutureExt as _;

use crate::store::StoreError;

/// How long the database may take. A connection that hangs must not hang the service.
const LIMIT: Duration = Duration::from_secs(5);

/// What one task can do at present.
#[derive(Debug)]
pub(crate) struct Outage {
    task: &'static str,
    lasts: bool,
}

impl Outage {
    /// None so far.
    pub(crate) const fn none(task: &'static str) -> Self {
        Self { task, lasts: false }
    }

    /// Takes note of an outcome; what was wrong goes to the log.
    pub(crate) fn note<T, E: Display>(&mut self, outcome: Result<T, E>) -> Option<T> {
        let task = self.task;
        match outcome {
            Ok(value) => {
                if std::mem::take(&mut self.lasts) {
                    tracing::info!(task, "works again");
                }
                Some(value)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.lasts, true) {
                    tracing::warn!(task, %error, "has to wait");
                }
                None
            }
        }
    }
}

/// Asks the database for something, in time and outside of all traces.
pub(crate) async fn ask<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    in_time(work).with_context(untraced()).await
}

/// Asks the database for something, in time.
pub(crate) async fn in_time<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let outcome = tokio::time::timeout(LIMIT, work).await;
    outcome.unwrap_or_else(|_| Err(StoreError::timed_out()))
}
