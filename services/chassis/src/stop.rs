//! Stopping: one token that everybody watches, and a count of the tasks that must end first.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A request to stop, shared by all parts of a process.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    token: CancellationToken,
    tasks: TaskTracker,
}

impl Stop {
    /// Nothing has asked to stop yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops when the process is told to, by SIGTERM or SIGINT.
    ///
    /// # Errors
    /// When the signal handlers cannot be installed.
    pub fn on_signals() -> std::io::Result<Self> {
        let stop = Self::new();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let token = stop.token.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            token.cancel();
        });
        Ok(stop)
    }

    /// Asks everybody to stop.
    pub fn request(&self) {
        self.token.cancel();
    }

    /// Whether somebody has asked.
    pub fn is_requested(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Ends when somebody asks.
    pub async fn requested(&self) {
        self.token.cancelled().await;
    }

    /// The token, for parts that take one.
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Runs a task that [`Stop::finished`] waits for. It must end soon after [`Stop::requested`].
    pub fn spawn<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(task);
    }

    /// Waits until all spawned tasks have ended, at most `limit`. Returns whether they have.
    pub async fn finished(&self, limit: Duration) -> bool {
        self.tasks.close();
        tokio::time::timeout(limit, self.tasks.wait()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_watches_the_token_is_waited_for() {
        let stop = Stop::new();
        let watcher = stop.clone();
        stop.spawn(async move { watcher.requested().await });
        assert!(!stop.finished(Duration::from_millis(10)).await);
        stop.request();
        assert!(stop.finished(Duration::from_secs(5)).await);
    }
}
