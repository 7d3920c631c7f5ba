//! The dead man's switch. The Watchdog fires always and is sent again and again; when it stops
//! arriving here, Prometheus, Alertmanager or the way between them is dead, and nobody would hear of
//! any alert. So this stands outside both.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use clap::Args;
use parking_lot::Mutex;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use time::OffsetDateTime;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::scenario::Span;

mod peers;
mod routes;
mod switch;

pub use peers::Health;
pub use routes::{View, routes};
pub use switch::State;

use peers::Peers;
use switch::Switch;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often Prometheus and Alertmanager are asked, in looks.
const LOOKS_A_QUESTION: u32 = 5;

/// When to say that the monitoring is dead.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Dead man's switch")]
pub struct DeadmanArgs {
    /// How long the Watchdog may not arrive: several times what Alertmanager lets pass between two
    /// of them. The default suits stock speed.
    #[arg(long, env = "DEADMAN_LIMIT", default_value = "5m", value_name = "TIME")]
    pub deadman_limit: Span,

    /// Prometheus, which is asked whether it is ready, so that it can be said who died.
    #[arg(long, env = "METRICS_URL", value_name = "URL")]
    pub metrics_url: Option<Url>,

    /// Alertmanager, which is asked as well.
    #[arg(long, env = "ALERTMANAGER_URL", value_name = "URL")]
    pub alertmanager_url: Option<Url>,
}

/// The dead man's switch, shared between whoever hears the Watchdog and whoever looks.
#[derive(Debug)]
pub struct Deadman {
    inner: Mutex<Inner>,
    peers: Peers,
    metrics: Metrics,
}

#[derive(Debug)]
struct Inner {
    switch: Switch,
    /// When the state began.
    since: OffsetDateTime,
    last_seen: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, Default)]
struct Metrics {
    age: Gauge<f64, AtomicU64>,
    silent: Gauge,
}

impl Deadman {
    /// A switch that has not heard anything yet. Registers `loadgen_watchdog_age_seconds` and
    /// `loadgen_deadman_silent`.
    pub fn register(args: &DeadmanArgs, registry: &mut Registry) -> Arc<Self> {
        let metrics = Metrics::default();
        // Before the first one there is no age, and 0 would be the best of all.
        metrics.age.set(f64::NAN);
        registry.register(
            "loadgen_watchdog_age_seconds",
            "Time since the Watchdog last arrived; NaN before it ever did",
            metrics.age.clone(),
        );
        registry.register(
            "loadgen_deadman_silent",
            "Whether the Watchdog has arrived, and does so no longer",
            metrics.silent.clone(),
        );
        Arc::new(Self::new(args, metrics))
    }

    /// A switch that hears, and that nobody looks at: for a drill that receives webhooks itself.
    pub fn unwatched() -> Arc<Self> {
        let args = DeadmanArgs {
            deadman_limit: Span::default(),
            metrics_url: None,
            alertmanager_url: None,
        };
        Arc::new(Self::new(&args, Metrics::default()))
    }

    fn new(args: &DeadmanArgs, metrics: Metrics) -> Self {
        Self {
            inner: Mutex::new(Inner {
                switch: Switch::new(args.deadman_limit.get()),
                since: OffsetDateTime::now_utc(),
                last_seen: None,
            }),
            peers: Peers::new(args),
            metrics,
        }
    }

    /// The Watchdog has arrived.
    pub fn hear(&self) {
        let now = OffsetDateTime::now_utc();
        let before = {
            let mut inner = self.inner.lock();
            let before = inner.switch.hear(Instant::now());
            inner.last_seen = Some(now);
            if before != State::Alive {
                inner.since = now;
            }
            before
        };
        self.metrics.age.set(0.0);
        self.metrics.silent.set(0);
        match before {
            State::Alive => {}
            State::Waiting => tracing::info!("the Watchdog arrives"),
            State::Silent => tracing::info!("the Watchdog is back: alerts reach somebody again"),
        }
    }

    /// Looks until `stop`.
    pub async fn watch(&self, stop: CancellationToken) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for look in (0..LOOKS_A_QUESTION).cycle() {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            let overdue = self.look();
            if overdue || (look == 0 && self.state() != State::Waiting) {
                tokio::select! {
                    () = self.peers.ask() => {}
                    () = stop.cancelled() => return,
                }
            }
            // Who died is known before it is told that somebody did.
            if overdue {
                self.go_silent();
            }
        }
    }

    /// Whether it is to go silent.
    fn look(&self) -> bool {
        let now = Instant::now();
        let inner = self.inner.lock();
        if let Some(age) = inner.switch.age(now) {
            self.metrics.age.set(age.as_secs_f64());
        }
        inner.switch.is_overdue(now)
    }

    /// Goes silent, unless it was heard meanwhile.
    fn go_silent(&self) {
        {
            let mut inner = self.inner.lock();
            if !inner.switch.go_silent(Instant::now()) {
                return;
            }
            inner.since = OffsetDateTime::now_utc();
        }
        self.metrics.silent.set(1);
        let view = self.view();
        let of = |health: Option<Health>| health.map_or_else(String::new, |health| health.said);
        tracing::error!(
            limit_s = view.limit_seconds,
            prometheus = of(view.prometheus),
            alertmanager = of(view.alertmanager),
            "the Watchdog is silent: nobody would hear of an alert"
        );
    }

    fn state(&self) -> State {
        self.inner.lock().switch.state()
    }

    /// How things stand.
    pub fn view(&self) -> View {
        let inner = self.inner.lock();
        View {
            state: inner.switch.state(),
            since: inner.since,
            last_seen: inner.last_seen,
            limit_seconds: inner.switch.limit().as_secs_f64(),
            prometheus: self.peers.prometheus(),
            alertmanager: self.peers.alertmanager(),
        }
    }
}
