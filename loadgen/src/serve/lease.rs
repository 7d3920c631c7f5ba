//! One drill at a time: whoever holds the lease drills, and the everyday customers pause meanwhile.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// The lease. Nobody holds it at first.
#[derive(Debug)]
pub struct Lease(watch::Sender<Option<Held>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    drill_id: String,
    until: Instant,
}

impl Default for Lease {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Lease {
    /// Gives the lease to this drill for `ttl`, or renews it. Fails with the drill that holds it.
    pub fn take(&self, drill_id: &str, ttl: Duration) -> Result<(), String> {
        let mut holder = None;
        self.0.send_if_modified(|held| {
            let other = held
                .as_ref()
                .filter(|held| held.drill_id != drill_id && held.is_valid());
            if let Some(other) = other {
                holder = Some(other.drill_id.clone());
                return false;
            }
            *held = Some(Held {
                drill_id: drill_id.to_owned(),
                until: Instant::now() + ttl,
            });
            true
        });
        holder.map_or(Ok(()), Err)
    }

    /// Gives the lease back; whether this drill held it.
    pub fn release(&self, drill_id: &str) -> bool {
        self.0.send_if_modified(|held| {
            let is_holder = held.as_ref().is_some_and(|held| held.drill_id == drill_id);
            if is_holder {
                *held = None;
            }
            is_holder
        })
    }

    /// The drill that holds the lease.
    pub fn holder(&self) -> Option<String> {
        let held = self.0.borrow();
        let held = held.as_ref().filter(|held| held.is_valid());
        held.map(|held| held.drill_id.clone())
    }

    /// Ends when a drill holds the lease.
    pub async fn taken(&self) {
        // The sender lives as long as self.
        let _ = self
            .0
            .subscribe()
            .wait_for(|held| held.as_ref().is_some_and(Held::is_valid))
            .await;
    }

    /// Ends when nobody holds the lease: it was given back, or has expired.
    pub async fn free(&self) {
        let mut changes = self.0.subscribe();
        loop {
            let until = changes
                .borrow_and_update()
                .as_ref()
                .filter(|held| held.is_valid())
                .map(|held| held.until);
            let Some(until) = until else {
                return;
            };
            tokio::select! {
                () = sleep_until(until) => {}
                _ = changes.changed() => {}
            }
        }
    }
}

impl Held {
    fn is_valid(&self) -> bool {
        Instant::now() < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn one_drill_at_a_time() {
        let lease = Lease::default();
        lease.free().await;
        assert_eq!(lease.take("one", LONG), Ok(()));
        lease.taken().await;
        assert_eq!(lease.take("two", LONG), Err("one".to_owned()));
        assert!(!lease.release("two"));
        assert!(lease.release("one"));
        lease.free().await;
        assert_eq!(lease.take("two", LONG), Ok(()));
    }

    #[tokio::test]
    async fn a_lease_ends_by_itself_unless_it_is_renewed() {
        let short = Duration::from_millis(200);
        let lease = Lease::default();
        assert_eq!(lease.take("one", LONG), Ok(()));
        let renewed = Instant::now();
        assert_eq!(lease.take("one", short), Ok(()), "the newest word counts");
        lease.free().await;
        assert!(renewed.elapsed() >= short);
        assert_eq!(lease.take("two", LONG), Ok(()));
    }
}
