//! Watching: what Prometheus, Alertmanager and the webhook say, look by look, and whether they can
//! be believed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::alertmanager::HeldAlert;
use super::clock::Clock;
use super::desk::Desk;
use super::http::HttpError;
use super::inhibitions::{Inhibited, Inhibitions};
use super::lanes::Lanes;
use super::limits::Pace;
use super::monitors::Monitors;
use super::preflight::Ready;
use super::prometheus::{Alert, AlertState, Labels, Prometheus, RuleGroup, Target, is_watchdog};
use super::screen::{Event, Screen};
use super::source::AlertSource;
use super::vitals::{Movement, Vital};
use crate::report::record::NotificationRecord;
use crate::serve::inbox::{Notifications, Received};

/// The Prometheus job of the company's services.
pub const JOB: &str = "firedrill";

/// A watch over one drill.
pub struct Watch {
    monitors: Monitors,
    clock: Clock,
    drilled: BTreeSet<String>,
    rules_may_fail: bool,
    lanes: Lanes,
    notifications: Vec<NotificationRecord>,
    inhibitions: Inhibitions,
    /// What the webhook was told to fire, and not yet to be over.
    told: BTreeSet<Labels>,
    seq: u64,
    failures: Vec<String>,
    vitals: Vitals,
    pace: Pace,
    watchdog: bool,
}

/// What Prometheus answers at one look.
struct Evaluated {
    alerts: Result<Option<Vec<Alert>>, HttpError>,
    rules: Result<Vec<RuleGroup>, HttpError>,
    targets: Result<Option<Vec<Target>>, HttpError>,
}

impl Evaluated {
    async fn ask(prometheus: &Prometheus) -> Self {
        let (alerts, rules, targets) = tokio::join!(
            prometheus.alerts(),
            prometheus.rules(),
            prometheus.targets()
        );
        Self {
            alerts,
            rules,
            targets,
        }
    }
}

struct Vitals {
    prometheus: Vital,
    alertmanager: Vital,
    webhook: Vital,
    rules: Vital,
    targets: Vital,
    watchdog: Vital,
    watchdog_held: Vital,
    evaluations: Movement,
}

impl Vitals {
    fn new(pace: Pace, poll: Duration) -> Self {
        let a_few_polls = (poll * 5).max(Duration::from_secs(3));
        let slow = a_few_polls + pace.evaluation.max(pace.scrape) * 3;
        Self {
            prometheus: Vital::new("Prometheus", a_few_polls),
            alertmanager: Vital::new("Alertmanager", a_few_polls),
            webhook: Vital::new("the webhook receiver", a_few_polls),
            rules: Vital::new("rule evaluation", a_few_polls),
            targets: Vital::new("scraping", slow),
            watchdog: Vital::new("the Watchdog", slow),
            watchdog_held: Vital::new("the Watchdog's way to Alertmanager", slow),
            evaluations: Movement::default(),
        }
    }
}

impl Watch {
    /// A watch over a field that is ready. `drilled` are the services that the drill breaks: that they
    /// are not scraped is no failure of the monitoring.
    pub fn new(
        monitors: Monitors,
        clock: Clock,
        drilled: BTreeSet<String>,
        ready: &Ready,
        poll: Duration,
    ) -> Self {
        Self {
            monitors,
            clock,
            drilled,
            rules_may_fail: false,
            lanes: Lanes::default(),
            notifications: Vec::new(),
            inhibitions: Inhibitions::default(),
            told: BTreeSet::new(),
            seq: ready.seq,
            failures: Vec::new(),
            vitals: Vitals::new(ready.pace, poll),
            pace: ready.pace,
            watchdog: ready.watchdog,
        }
    }

    /// Rules that cannot be evaluated are what is drilled, and no failure of the monitoring.
    #[must_use]
    pub fn with_failing_rules(self, may_fail: bool) -> Self {
        Self {
            rules_may_fail: may_fail,
            ..self
        }
    }

    /// Looks once at everything, and tells what changed.
    pub async fn look(&mut self, desk: &Desk, screen: &dyn Screen) {
        let prometheus = async {
            match self.monitors.evaluator() {
                Some(prometheus) => Some(Evaluated::ask(prometheus).await),
                None => None,
            }
        };
        let alertmanager = async {
            match &self.monitors.alertmanager {
                Some(alertmanager) => Some(alertmanager.alerts().await),
                None => None,
            }
        };
        let (evaluated, held, news) = tokio::join!(prometheus, alertmanager, desk.since(self.seq));
        let now = Instant::now();
        let before = self.failures.len();
        if let Some(evaluated) = evaluated {
            self.look_at_prometheus(now, evaluated, screen);
        }
        if let Some(held) = held {
            self.look_at_alertmanager(now, held, screen);
        }
        self.look_at_news(now, news, screen);
        for failure in &self.failures[before..] {
            screen.event(self.clock.now_s(), &Event::Trouble(failure.clone()));
        }
    }

    fn look_at_prometheus(&mut self, now: Instant, seen: Evaluated, screen: &dyn Screen) {
        let (alerts, rules, targets) = (seen.alerts, seen.rules, seen.targets);
        let answers = first_error([
            alerts.as_ref().err(),
            rules.as_ref().err(),
            targets.as_ref().err(),
        ]);
        self.failures
            .extend(self.vitals.prometheus.look(now, answers));
        if let Ok(Some(targets)) = targets {
            let sign = self.sign_of_targets(&targets);
            self.failures.extend(self.vitals.targets.look(now, sign));
        }
        let mut by_rules = None;
        if let Ok(groups) = rules {
            self.look_at_rules(now, &groups);
            let rules = groups.into_iter().flat_map(|group| group.rules);
            by_rules = Some(rules.flat_map(|rule| rule.alerts).collect());
        }
        if let Ok(Some(alerts)) = alerts.map(|alerts| alerts.or(by_rules)) {
            self.look_at_alerts(now, alerts, screen);
        }
    }

    fn look_at_alertmanager(
        &mut self,
        now: Instant,
        held: Result<Vec<HeldAlert>, HttpError>,
        screen: &dyn Screen,
    ) {
        let answer = first_error([held.as_ref().err()]);
        self.failures
            .extend(self.vitals.alertmanager.look(now, answer));
        let Ok(held) = held else { return };
        let at_s = self.clock.now_s();
        self.inhibitions.look(at_s, &held);
        if self.watchdog {
            let sign = must(
                held.iter().any(|alert| is_watchdog(&alert.labels)),
                "Alertmanager does not hold it",
            );
            self.failures
                .extend(self.vitals.watchdog_held.look(now, sign));
        }
        if self.monitors.source == AlertSource::Alertmanager {
            let firing = held
                .into_iter()
                .map(|alert| (alert.labels, AlertState::Firing));
            self.look_at_lanes(at_s, firing, screen);
        }
    }

    fn look_at_news(
        &mut self,
        now: Instant,
        news: Result<Notifications, HttpError>,
        screen: &dyn Screen,
    ) {
        let answer = first_error([news.as_ref().err()]);
        self.failures.extend(self.vitals.webhook.look(now, answer));
        let Ok(news) = news else { return };
        if news.last < self.seq {
            self.failures
                .push("the webhook receiver started anew: notifications are lost".to_owned());
        }
        self.seq = news.last;
        for received in news.notifications {
            self.delivered(received, screen);
        }
        if self.monitors.source == AlertSource::Webhook {
            self.look_at_told(self.clock.now_s(), screen);
        }
    }

    fn look_at_told(&mut self, at_s: f64, screen: &dyn Screen) {
        let told = self.told.clone().into_iter();
        self.look_at_lanes(
            at_s,
            told.map(|labels| (labels, AlertState::Firing)),
            screen,
        );
    }

    fn look_at_lanes(
        &mut self,
        at_s: f64,
        alerts: impl Iterator<Item = (Labels, AlertState)>,
        screen: &dyn Screen,
    ) {
        for change in self.lanes.look(at_s, alerts) {
            let event = Event::Alert {
                labels: change.labels,
                state: change.state,
            };
            screen.event(at_s, &event);
        }
    }

    fn look_at_alerts(&mut self, now: Instant, alerts: Vec<Alert>, screen: &dyn Screen) {
        let watchdog = alerts
            .iter()
            .any(|alert| is_watchdog(&alert.labels) && alert.state == AlertState::Firing);
        self.failures.extend(
            self.vitals
                .watchdog
                .look(now, must(watchdog, "it does not fire")),
        );
        let pairs = alerts.into_iter().map(|alert| (alert.labels, alert.state));
        self.look_at_lanes(self.clock.now_s(), pairs, screen);
    }

    fn look_at_rules(&mut self, now: Instant, groups: &[RuleGroup]) {
        let evaluated: Vec<&str> = groups
            .iter()
            .map(|group| group.last_evaluation.as_str())
            .collect();
        let stalled = self.vitals.evaluations.stalled(now, &evaluated.join(" "));
        let failing = groups
            .iter()
            .flat_map(|group| &group.rules)
            .find(|rule| rule.health == "err" && !self.rules_may_fail);
        let sign = if let Some(rule) = failing {
            Err(format!("{}: {}", rule.name, rule.last_error))
        } else {
            must(
                stalled <= self.pace.evaluation * 3,
                "rules are not evaluated any more",
            )
        };
        self.failures.extend(self.vitals.rules.look(now, sign));
    }

    /// At least one target that is not drilled must be seen; where all are drilled, they must at
    /// least be known.
    fn sign_of_targets(&self, targets: &[Target]) -> Result<(), String> {
        let ours = || {
            targets
                .iter()
                .filter(|target| target.labels.get("job").is_some_and(|job| job == JOB))
        };
        must(
            ours().next().is_some(),
            "Prometheus has no targets of the company any more",
        )?;
        let is_drilled = |target: &&Target| {
            target
                .labels
                .get("service")
                .is_some_and(|name| self.drilled.contains(name))
        };
        let mut others = ours().filter(|target| !is_drilled(target)).peekable();
        must(
            others.peek().is_none() || others.any(|target| target.health == "up"),
            "no target of the company is up any more, not even those that are not drilled",
        )
    }

    fn delivered(&mut self, received: Received, screen: &dyn Screen) {
        if is_watchdog(&received.labels) {
            return;
        }
        let at_s = self.clock.seconds_at(received.received_at);
        let event = Event::Delivered {
            labels: received.labels.clone(),
            status: received.status.clone(),
        };
        screen.event(at_s, &event);
        if self.monitors.source == AlertSource::Webhook {
            if received.status == "firing" {
                self.told.insert(received.labels.clone());
            } else {
                self.told.remove(&received.labels);
            }
            self.look_at_told(at_s, screen);
        }
        self.notifications.push(NotificationRecord {
            at_s,
            receiver: received.receiver,
            group: received.group,
            status: received.status,
            labels: received.labels,
        });
    }

    /// Adds a failure that was seen elsewhere.
    pub fn fail(&mut self, failure: String, screen: &dyn Screen) {
        screen.event(self.clock.now_s(), &Event::Trouble(failure.clone()));
        self.failures.push(failure);
    }

    /// The alert instances seen so far.
    pub fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    /// The notifications seen so far, the Watchdog's left out.
    pub fn notifications(&self) -> &[NotificationRecord] {
        &self.notifications
    }

    /// What Alertmanager held back so far.
    pub fn inhibited(&self) -> &[Inhibited] {
        self.inhibitions.all()
    }

    /// How the monitoring has failed so far.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }
}

fn must(good: bool, reason: &str) -> Result<(), String> {
    if good { Ok(()) } else { Err(reason.to_owned()) }
}

fn first_error<const N: usize>(errors: [Option<&HttpError>; N]) -> Result<(), String> {
    errors
        .into_iter()
        .flatten()
        .next()
        .map_or(Ok(()), |error| Err(error.to_string()))
}
