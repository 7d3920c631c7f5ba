//! Puts the faults of a scenario at their time and takes them back, whatever happens.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::faults::Faults;
use super::http::HttpError;
use super::screen::{Event, Screen};
use crate::report::record::FaultRecord;
use crate::scenario::{FaultKind, FaultWindow};

/// A fault outlives its window by this much if nobody takes it back.
const TTL_MARGIN: Duration = Duration::from_secs(5);
/// How long a service may take to let go of its faults; it may be starting anew.
const TAKE_BACK_PATIENCE: Duration = Duration::from_secs(15);
/// The same where the fault has ended the process, perhaps again and again: its supervisor lets
/// half a minute pass before it tries once more.
const RESTART_PATIENCE: Duration = Duration::from_secs(45);
/// Time between two tries.
const RETRY: Duration = Duration::from_millis(200);

/// What became of the faults so far.
#[derive(Clone, Debug, Default)]
pub struct Injected {
    /// The faults that were accepted.
    pub records: Vec<FaultRecord>,
    /// Why others were not, or could not be taken back.
    pub failures: Vec<String>,
}

/// The faults of one drill.
pub struct Injector {
    tasks: JoinSet<()>,
    injected: Arc<Mutex<Injected>>,
    stop: CancellationToken,
}

/// One fault window on its way.
struct Injection {
    window: FaultWindow,
    faults: Faults,
    clock: Clock,
    poll: Duration,
    screen: Arc<dyn Screen>,
    injected: Arc<Mutex<Injected>>,
    stop: CancellationToken,
    index: Option<usize>,
}

impl Injector {
    /// Starts one task a fault window; each waits for its time.
    pub fn start(
        windows: Vec<(FaultWindow, Faults)>,
        clock: Clock,
        poll: Duration,
        screen: &Arc<dyn Screen>,
    ) -> Self {
        let injected = Arc::<Mutex<Injected>>::default();
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for (window, faults) in windows {
            let injection = Injection {
                window,
                faults,
                clock,
                poll,
                screen: Arc::clone(screen),
                injected: Arc::clone(&injected),
                stop: stop.clone(),
                index: None,
            };
            tasks.spawn(injection.run());
        }
        Self {
            tasks,
            injected,
            stop,
        }
    }

    /// What became of the faults so far.
    pub fn injected(&self) -> Injected {
        self.injected.lock().clone()
    }

    /// Takes back what is still active, and waits until it is.
    pub async fn finish(mut self) -> Injected {
        self.stop.cancel();
        while let Some(joined) = self.tasks.join_next().await {
            if let Err(error) = joined {
                self.injected
                    .lock()
                    .failures
                    .push(format!("the injector failed: {error}"));
            }
        }
        std::mem::take(&mut *self.injected.lock())
    }
}

impl Injection {
    async fn run(mut self) {
        let ends = self.clock.instant(self.window.ends());
        let begins = self.clock.instant(self.window.from.get());
        if !self.wait_until(begins).await || !self.put_by(ends).await {
            return;
        }
        self.keep_up(ends).await;
        self.end().await;
    }

    /// Whether that time came before the drill's end.
    async fn wait_until(&self, when: Instant) -> bool {
        tokio::select! {
            () = sleep_until(when) => true,
            () = self.stop.cancelled() => false,
        }
    }

    /// Puts the fault, again and again where the service does not answer, until `ends`.
    async fn put_by(&mut self, ends: Instant) -> bool {
        loop {
            let ttl = ends.saturating_duration_since(Instant::now()) + TTL_MARGIN;
            match self
                .faults
                .put(&self.window.kind, &self.window.parameters, ttl)
                .await
            {
                Ok(()) => break,
                // A process that ends at once may not get its answer out.
                Err(HttpError::Unreachable { sent: true, .. }) if self.ends_process() => break,
                Err(error @ HttpError::Unreachable { .. }) => {
                    let next = Instant::now() + RETRY;
                    if next >= ends || !self.wait_until(next).await {
                        return self.failed(&error);
                    }
                }
                Err(error) => return self.failed(&error),
            }
        }
        self.accepted();
        true
    }

    /// Watches the fault strike, and puts it again where the scenario says so.
    async fn keep_up(&mut self, ends: Instant) {
        let mut again = self.window.every.map(|every| Instant::now() + every.get());
        loop {
            let next = ends.min(Instant::now() + self.poll);
            if !self.wait_until(next).await || Instant::now() >= ends {
                return;
            }
            if let (Some(due), Some(every)) = (again, self.window.every)
                && Instant::now() >= due
            {
                // One that fails is not the end: what counts is the effect.
                self.put_by(ends.min(due + every.get())).await;
                again = Some(due + every.get());
            }
            if !self.ends_process()
                && let Ok(active) = self.faults.list().await
            {
                self.struck(
                    active
                        .iter()
                        .filter(|fault| fault.kind == self.window.kind)
                        .map(|fault| fault.strikes)
                        .sum(),
                );
            }
        }
    }

    async fn end(&mut self) {
        let kind = &self.window.kind;
        let patience = if self.ends_process() {
            RESTART_PATIENCE
        } else {
            TAKE_BACK_PATIENCE
        };
        let taken = timeout(patience, take_back(&self.faults, Some(kind))).await;
        let strikes = match taken {
            Ok(Ok(strikes)) => strikes,
            Ok(Err(error)) => {
                self.trouble(format!(
                    "{kind} could not be taken back from {}: {error}",
                    self.faults.service()
                ));
                0
            }
            Err(_) => {
                self.trouble(format!(
                    "{kind} could not be taken back from {} in time",
                    self.faults.service()
                ));
                0
            }
        };
        self.struck(strikes);
        let to_s = self.clock.now_s();
        let strikes = self.update(|record| {
            record.to_s = to_s;
            record.strikes
        });
        self.tell(&Event::FaultOff {
            service: self.window.service.clone(),
            kind: self.window.kind.clone(),
            strikes: strikes.unwrap_or_default(),
        });
    }

    fn accepted(&mut self) {
        if self.index.is_some() {
            return;
        }
        let from_s = self.clock.now_s();
        let mut injected = self.injected.lock();
        self.index = Some(injected.records.len());
        injected.records.push(FaultRecord {
            service: self.window.service.clone(),
            kind: self.window.kind.clone(),
            parameters: Value::Object(self.window.parameters.clone()),
            from_s,
            to_s: self.window.ends().as_secs_f64().max(from_s),
            effect_s: None,
            strikes: 0,
        });
        drop(injected);
        self.tell(&Event::FaultOn {
            service: self.window.service.clone(),
            kind: self.window.kind.clone(),
        });
    }

    /// Always false, for the caller to return.
    fn failed(&self, error: &HttpError) -> bool {
        if self.index.is_none() {
            self.trouble(format!(
                "{} was not injected into {}: {error}",
                self.window.kind, self.window.service
            ));
        }
        false
    }

    fn struck(&self, strikes: u64) {
        let now = self.clock.now_s();
        let first = self.update(|record| {
            record.strikes = record.strikes.max(strikes);
            let first = record.effect_s.is_none() && strikes > 0;
            if first {
                record.effect_s = Some(now);
            }
            first
        });
        if first == Some(true) {
            self.tell(&Event::FaultStrikes {
                service: self.window.service.clone(),
                kind: self.window.kind.clone(),
            });
        }
    }

    fn update<T>(&self, change: impl FnOnce(&mut FaultRecord) -> T) -> Option<T> {
        self.injected
            .lock()
            .records
            .get_mut(self.index?)
            .map(change)
    }

    fn trouble(&self, reason: String) {
        self.tell(&Event::Trouble(reason.clone()));
        self.injected.lock().failures.push(reason);
    }

    fn tell(&self, event: &Event) {
        self.screen.event(self.clock.now_s(), event);
    }

    fn ends_process(&self) -> bool {
        FaultKind::named(&self.window.kind).is_some_and(|kind| kind.ends_process)
    }
}

/// Takes one kind back, or all, checks that nothing is left, and returns the last count of strikes.
/// Tries again while the service does not answer; bound it by a timeout.
async fn take_back(faults: &Faults, kind: Option<&str>) -> Result<u64, HttpError> {
    loop {
        let counted = faults.list().await.unwrap_or_default();
        let taken = match kind {
            Some(kind) => faults.take_back(kind).await,
            None => faults.take_back_all().await,
        };
        let is_meant = |name: &str| kind.is_none_or(|kind| kind == name);
        match (taken, faults.list().await) {
            (Ok(taken), Ok(left)) if !left.iter().any(|fault| is_meant(&fault.kind)) => {
                let strikes = |faults: &[super::faults::ActiveFault]| -> u64 {
                    faults
                        .iter()
                        .filter(|fault| is_meant(&fault.kind))
                        .map(|fault| fault.strikes)
                        .sum()
                };
                return Ok(strikes(&counted).max(strikes(&taken)));
            }
            (Err(error), _) if is_final(&error) => return Err(error),
            _ => sleep(RETRY).await,
        }
    }
}

/// Whether asking again would get the same answer.
fn is_final(error: &HttpError) -> bool {
    error
        .status()
        .is_some_and(|status| status.is_client_error())
}

/// Takes back every fault of every service, and checks it. Returns one line for each service where
/// that failed. A service where fault injection is off has none.
pub async fn take_back_everything(services: &[Faults]) -> Vec<String> {
    let each = services.iter().map(|faults| async move {
        let failed = match timeout(TAKE_BACK_PATIENCE, take_back(faults, None)).await {
            Ok(Ok(_)) => return None,
            Ok(Err(error)) if error.status() == Some(reqwest::StatusCode::NOT_FOUND) => {
                return None;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", TAKE_BACK_PATIENCE.as_secs()),
        };
        Some(format!(
            "{}: faults could not be taken back: {failed}",
            faults.service()
        ))
    });
    join_all(each).await.into_iter().flatten().collect()
}
