//! Breaking a service on purpose, for a while. A fault dies by itself when its time is over, even
//! if whoever asked for it is gone. Its name appears nowhere but on `/faults`: not in metrics,
//! traces or logs, so that a drill must be diagnosed by its symptoms.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::RwLock;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub mod api;
mod background;
pub mod kind;
pub mod strike;

pub use kind::{Fault, Kind};

/// The longest time that a fault may be asked for.
pub const MAX_TTL: Duration = Duration::from_hours(1);

/// What is broken in this process at present. Cheap to clone; one a process.
#[derive(Clone, Debug)]
pub struct Faults(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    token: Option<SecretString>,
    /// So that a healthy service pays one load a request.
    any: AtomicBool,
    active: RwLock<HashMap<Kind, Active>>,
    /// Wakes whoever waits for a fault to come.
    news: Notify,
    pools: RwLock<Vec<background::Pool>>,
    queues: RwLock<Vec<background::Queue>>,
}

/// One fault that is in force.
#[derive(Clone, Debug)]
struct Active {
    fault: Fault,
    until: Instant,
    strikes: Arc<AtomicU64>,
    over: CancellationToken,
}

/// One fault as `/faults` shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    /// Its kind.
    pub kind: Kind,
    /// Its own parameters.
    pub parameters: serde_json::Value,
    /// How often it has struck.
    pub strikes: u64,
    /// Seconds until it dies by itself.
    pub remaining_seconds: f64,
}

impl Faults {
    /// Nothing is broken. Without a token nothing can be, and an empty one is none: that is what
    /// an unset variable of a compose file comes as.
    pub fn new(token: Option<SecretString>) -> Self {
        Self(Arc::new(Inner {
            token: token.filter(|token| !token.expose_secret().is_empty()),
            any: AtomicBool::new(false),
            active: RwLock::default(),
            news: Notify::new(),
            pools: RwLock::default(),
            queues: RwLock::default(),
        }))
    }

    /// No fault can strike.
    pub fn off() -> Self {
        Self::new(None)
    }

    /// Puts a fault in force, in place of one of the same kind. Must run on a runtime.
    pub fn put(&self, fault: Fault, ttl: Duration) -> Listed {
        let ttl = ttl.min(MAX_TTL);
        let active = Active {
            fault,
            until: Instant::now() + ttl,
            strikes: Arc::default(),
            over: CancellationToken::new(),
        };
        let listed = active.listed();
        let mut all = self.0.active.write();
        let replaced = all.insert(active.fault.kind(), active.clone());
        self.0.any.store(true, Ordering::Release);
        drop(all);
        if let Some(old) = replaced {
            old.over.cancel();
        }
        self.0.news.notify_waiters();
        background::begin(self, &active);
        self.bury(active);
        listed
    }

    /// Takes faults back, all or one. Returns what they were, with their final strikes.
    pub fn take_back(&self, kind: Option<Kind>) -> Vec<Listed> {
        let mut active = self.0.active.write();
        let gone: Vec<Active> = match kind {
            Some(kind) => active.remove(&kind).into_iter().collect(),
            None => active.drain().map(|(_, fault)| fault).collect(),
        };
        self.0.any.store(!active.is_empty(), Ordering::Release);
        drop(active);
        for fault in &gone {
            fault.over.cancel();
        }
        gone.iter()
            .filter(|fault| !fault.expired())
            .map(Active::listed)
            .collect()
    }

    /// What is in force.
    pub fn list(&self) -> Vec<Listed> {
        let mut listed: Vec<Listed> = self
            .0
            .active
            .read()
            .values()
            .filter(|fault| !fault.expired())
            .map(Active::listed)
            .collect();
        listed.sort_by_key(|fault| fault.kind);
        listed
    }

    /// Whether `/readyz`, and with it `service_ready`, must say no.
    pub fn not_ready(&self) -> bool {
        self.strike(Kind::NotReady, |_| true).is_some()
    }

    fn is_any(&self) -> bool {
        self.0.any.load(Ordering::Acquire)
    }

    /// If a fault of this kind is in force and `hits` says yes, counts a strike and returns it.
    fn strike(&self, kind: Kind, hits: impl FnOnce(&Fault) -> bool) -> Option<Active> {
        if !self.is_any() {
            return None;
        }
        let all = self.0.active.read();
        let active = all.get(&kind).filter(|active| !active.expired())?;
        hits(&active.fault).then(|| {
            active.count();
            active.clone()
        })
    }

    /// The fault's death: when its time is over, its work ends and it is forgotten.
    fn bury(&self, mine: Active) {
        let faults = self.clone();
        tokio::spawn(async move {
            mine.ended().await;
            mine.over.cancel();
            let mut all = faults.0.active.write();
            let kind = mine.fault.kind();
            // A fault of the same kind may have been put in its place meanwhile.
            if all.get(&kind).is_some_and(|now| now.is(&mine)) {
                all.remove(&kind);
                faults.0.any.store(!all.is_empty(), Ordering::Release);
            }
        });
    }
}

impl Active {
    fn expired(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Whether it was taken back or its time is over, without help from the runtime.
    fn is_over(&self) -> bool {
        self.over.is_cancelled() || self.expired()
    }

    /// Ends when the fault does. Whatever a fault holds up waits for this too, so that nothing
    /// of it outlives it.
    async fn ended(&self) {
        tokio::select! {
            () = self.over.cancelled() => {}
            () = tokio::time::sleep_until(self.until) => {}
        }
    }

    fn count(&self) {
        self.strikes.fetch_add(1, Ordering::Relaxed);
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.strikes, &other.strikes)
    }

    fn listed(&self) -> Listed {
        Listed {
            kind: self.fault.kind(),
            parameters: self.fault.parameters(),
            strikes: self.strikes.load(Ordering::Relaxed),
            remaining_seconds: self
                .until
                .saturating_duration_since(Instant::now())
                .as_secs_f64(),
        }
    }
}
