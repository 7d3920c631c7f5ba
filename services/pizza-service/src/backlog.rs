//! Watches what waits, for the metrics.

use std::sync::Arc;
use std::time::Duration;

use chassis::Stop;
use chassis::telemetry::traces::untraced;
use opentelemetry::trace::FutureExt as _;
use tokio::time::{Instant, timeout};

use crate::metrics::BacklogMetrics;
use crate::store::{Store, StoreError};

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long one look may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Counting takes at most one part of so many of the time: a million orders are counted less often
/// than a hundred.
const SHARE: u32 = 200;

/// Looks until `stop`.
pub(crate) fn watch(store: Arc<dyn Store>, metrics: BacklogMetrics, stop: &Stop) {
    let watcher = Watcher {
        store,
        metrics,
        count_next: Instant::now(),
    };
    stop.spawn(watcher.run(stop.clone()));
}

struct Watcher {
    store: Arc<dyn Store>,
    metrics: BacklogMetrics,
    count_next: Instant,
}

impl Watcher {
    async fn run(mut self, stop: Stop) {
        loop {
            // A database that does not answer has metrics and log lines of its own.
            if let Ok(Err(error)) = timeout(LIMIT, self.look()).await {
                tracing::debug!(%error, "what waits is not known");
            }
            tokio::select! {
                () = stop.requested() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let oldest = self.store.oldest().with_context(untraced());
        self.metrics.set_oldest(oldest.await?);
        let start = Instant::now();
        if start >= self.count_next {
            // Also where it fails or is given up.
            self.count_next = start + LIMIT;
            let counts = self.store.counts().with_context(untraced());
            self.metrics.set_counts(counts.await?);
            self.count_next = start + start.elapsed() * SHARE;
        }
        Ok(())
    }
}
