//! The fakes. One server plays Prometheus, Alertmanager, pizza-service and its telemetry port; the
//! desk is the real one. Its one rule fires half a second after a fault was put, if told to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use loadgen::serve::inbox::{Inbox, Webhook};
use loadgen::serve::lease::Lease;
use loadgen::serve::routes;
use parking_lot::Mutex;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use url::Url;

mod company;
mod monitors;

/// How the world behaves.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a misbehaviour of its own"
)]
#[derive(Clone, Debug)]
pub(crate) struct Manners {
    /// Whether the rule fires while a fault is active.
    pub notices: bool,
    /// Whether it stops firing when the fault is over.
    pub resolves: bool,
    /// Whether Alertmanager sends webhooks.
    pub tells: bool,
    /// The receiver that it sends them to.
    pub receiver: &'static str,
    /// Whether it sends each of them twice.
    pub stutters: bool,
    /// Whether a fault that was put strikes.
    pub strikes: bool,
    /// Whether a second alert fires while a fault is active.
    pub overreacts: bool,
    /// Whether Prometheus forgets what it showed.
    pub forgets: bool,
    /// How long after it showed a state Prometheus has recorded it.
    pub records_after: Duration,
    /// What of the monitoring fails once a fault was put.
    pub blindness: Option<Blindness>,
    /// Whether faults can't be taken back.
    pub clings: bool,
    /// Pending or firing before anything happened.
    pub restless: bool,
    /// Labels that the rule sets.
    pub rule_labels: BTreeMap<String, String>,
    /// Silences that were there before, as Alertmanager lists them.
    pub silences: Value,
    /// Whether Alertmanager sends what is silenced all the same.
    pub ignores_silences: bool,
    /// Whether Alertmanager holds the Watchdog.
    pub holds_watchdog: bool,
    /// Paths of Prometheus that it does not have.
    pub lacks: &'static [&'static str],
    /// Whether a notification for each alert is still open from before.
    pub told_before: bool,
    /// The status that `/faults` answers, if not 200.
    pub faults_status: u16,
}

/// A way in which the monitoring can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blindness {
    /// Prometheus answers nothing but errors.
    Prometheus,
    /// Alertmanager does.
    Alertmanager,
    /// The Watchdog does not fire any more.
    Watchdog,
    /// No target is up any more.
    Targets,
    /// Rules are not evaluated any more.
    Evaluation,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            notices: true,
            resolves: true,
            tells: true,
            receiver: "page",
            stutters: false,
            strikes: true,
            overreacts: false,
            forgets: false,
            records_after: Duration::ZERO,
            blindness: None,
            clings: false,
            restless: false,
            rule_labels: BTreeMap::from([
                ("severity".to_owned(), "page".to_owned()),
                ("speed".to_owned(), "demo".to_owned()),
            ]),
            silences: json!([]),
            ignores_silences: false,
            holds_watchdog: true,
            lacks: &[],
            told_before: false,
            faults_status: 200,
        }
    }
}

/// A world under way. Ends when dropped.
pub(crate) struct World {
    pub state: Arc<State>,
    pub lease: Arc<Lease>,
    /// Prometheus, Alertmanager, pizza-service and its telemetry.
    pub url: Url,
    /// The same without the paths that it lacks: a server that is not quite a Prometheus.
    pub partial: Url,
    /// The desk.
    pub desk: Url,
    tasks: Vec<JoinHandle<()>>,
}

/// What the fakes share.
pub(crate) struct State {
    pub manners: Manners,
    pub inner: Mutex<Inner>,
}

#[derive(Default)]
pub(crate) struct Inner {
    /// Kind, when it dies by itself, strikes.
    pub fault: Option<(String, Instant, u64)>,
    /// Every fault that was ever put, with its time to live.
    pub put: Vec<(String, f64)>,
    /// Visits of customers, by drill id.
    pub visits: BTreeMap<String, u64>,
    /// When the fault was last seen to be active or over.
    broken_since: Option<Instant>,
    mended_since: Option<Instant>,
    /// Alert → state now.
    pub now: BTreeMap<&'static str, &'static str>,
    /// Seconds since 1970, alert, its new state; one entry a change.
    pub history: Vec<(f64, &'static str, Option<&'static str>)>,
    pub evaluations: u64,
    /// Silences that were set, as they were asked for, and whether each is still there.
    pub silences: Vec<(Value, bool)>,
}

/// The world's rule is evaluated this often.
pub(crate) const EVALUATION: Duration = Duration::from_millis(50);
/// From a fault to firing, and from its end to silence.
const NOTICES_AFTER: Duration = Duration::from_millis(500);
/// The alert that the scenarios expect.
pub(crate) const ALERT: &str = "ServiceErrorRatio";
/// One that they do not.
pub(crate) const OTHER: &str = "ServiceDown";

impl World {
    pub(crate) async fn start(manners: Manners) -> Self {
        let inner = Inner {
            now: if manners.restless {
                BTreeMap::from([(OTHER, "firing")])
            } else {
                BTreeMap::new()
            },
            ..Inner::default()
        };
        let state = Arc::new(State {
            manners,
            inner: Mutex::new(inner),
        });
        let (inbox, lease) = (Arc::<Inbox>::default(), Arc::<Lease>::default());
        let (desk_router, _) =
            routes::router(Arc::clone(&inbox), Arc::clone(&lease)).split_for_parts();
        if state.manners.told_before {
            let alerts = json!([{ "status": "firing", "labels": state.labels(OTHER) }]);
            let webhook = serde_json::from_value(json!({ "alerts": alerts })).expect("a webhook");
            inbox.put(webhook, OffsetDateTime::now_utc());
        }
        let everything = monitors::router()
            .merge(company::router())
            .with_state(Arc::clone(&state));
        let (url, server) = serve(everything.clone()).await;
        let (partial, partial_server) =
            serve(everything.layer(from_fn_with_state(state.manners.lacks, monitors::lack))).await;
        let (desk, desk_server) = serve(desk_router).await;
        let evaluator = tokio::spawn(evaluate(Arc::clone(&state), inbox));
        Self {
            state,
            lease,
            url,
            partial,
            desk,
            tasks: vec![server, partial_server, desk_server, evaluator],
        }
    }

    /// What is broken now.
    pub(crate) fn broken(&self) -> Option<String> {
        self.state
            .inner
            .lock()
            .fault
            .as_ref()
            .map(|(kind, ..)| kind.clone())
    }

    /// The arguments that lead `loadgen` here.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let (url, desk) = (&self.url, &self.desk);
        [
            format!("--pizza-url={url}"),
            format!("--metrics-url={url}"),
            format!("--alertmanager-url={url}"),
            format!("--loadgen-url={desk}"),
            format!("--telemetry=pizza-service={url}"),
            "--faults-token=sesame".to_owned(),
            "--company=no-such-folder".to_owned(),
        ]
        .into()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn serve(router: Router) -> (Url, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server =
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    (format!("http://{address}").parse().expect("a URL"), server)
}

/// Evaluates the rule for ever, and tells the desk what changed.
async fn evaluate(state: Arc<State>, inbox: Arc<Inbox>) {
    let mut ticks = tokio::time::interval(EVALUATION);
    loop {
        ticks.tick().await;
        for (alert, status) in state.evaluate() {
            let alerts = json!([{ "status": status, "labels": state.labels(alert) }]);
            let group = format!("{{}}:{{alertname={alert:?}}}");
            let body =
                json!({ "receiver": state.manners.receiver, "groupKey": group, "alerts": alerts });
            let webhook: Webhook = serde_json::from_value(body).expect("a webhook");
            if state.manners.tells && !state.holds_back(alert) {
                inbox.put(webhook.clone(), OffsetDateTime::now_utc());
            }
            if state.manners.stutters {
                inbox.put(webhook, OffsetDateTime::now_utc());
            }
        }
    }
}

impl State {
    /// Whether the monitoring has failed in this way.
    pub(crate) fn is_blind(&self, blindness: Blindness) -> bool {
        self.manners.blindness == Some(blindness) && !self.inner.lock().put.is_empty()
    }

    /// Whether a silence holds an alert back.
    fn holds_back(&self, alert: &str) -> bool {
        let inner = self.inner.lock();
        let mut active = inner.silences.iter().filter(|(_, there)| *there);
        let meant = |silence: &Value| {
            silence["matchers"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["value"] == alert))
        };
        !self.manners.ignores_silences && active.any(|(silence, _)| meant(silence))
    }

    /// The labels of an alert instance.
    pub(crate) fn labels(&self, alert: &str) -> BTreeMap<String, String> {
        let mut labels = self.manners.rule_labels.clone();
        labels.insert("alertname".to_owned(), alert.to_owned());
        labels.insert("service".to_owned(), "pizza-service".to_owned());
        labels
    }

    fn evaluate(&self) -> Vec<(&'static str, &'static str)> {
        let mut inner = self.inner.lock();
        if self.manners.blindness != Some(Blindness::Evaluation) || inner.put.is_empty() {
            inner.evaluations += 1;
        }
        let now = Instant::now();
        if inner
            .fault
            .as_ref()
            .is_some_and(|(_, until, _)| now >= *until)
        {
            inner.fault = None;
        }
        if inner.fault.is_some() {
            inner.mended_since = None;
            inner.broken_since.get_or_insert(now);
        } else if inner.broken_since.take().is_some() {
            inner.mended_since = Some(now);
        }
        let long = |since: Option<Instant>| since.is_some_and(|since| now - since >= NOTICES_AFTER);
        let unix = unix_now();
        let mut changes = Vec::new();
        for (alert, notices) in [
            (ALERT, self.manners.notices),
            (OTHER, self.manners.overreacts),
        ] {
            let before = inner.now.get(alert).copied();
            let after = if notices && long(inner.broken_since) {
                Some("firing")
            } else if notices && inner.broken_since.is_some() && before.is_none() {
                Some("pending")
            } else if self.manners.resolves && long(inner.mended_since) {
                None
            } else {
                before
            };
            match after {
                Some(state) => drop(inner.now.insert(alert, state)),
                None => drop(inner.now.remove(alert)),
            }
            if before != after {
                inner.history.push((unix, alert, after));
            }
            if before != Some("firing") && after == Some("firing") {
                changes.push((alert, "firing"));
            }
            if before == Some("firing") && after.is_none() {
                changes.push((alert, "resolved"));
            }
        }
        changes
    }
}

/// Seconds since 1970.
fn unix_now() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "to a microsecond is enough")]
    let seconds = OffsetDateTime::now_utc().unix_timestamp_nanos() as f64 / 1e9;
    seconds
}
