//! Watching: what Prometheus, Alertmanager and the webhook say, look by look, and whether they can
//! be believed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::clock::Clock;
use super::desk::Desk;
use super::http::HttpError;
use super::lanes::Lanes;
use super::limits::Pace;
use super::monitors::Monitors;
use super::prometheus::{Alert, AlertState, RuleGroup, Target, is_watchdog};
use super::screen::{Event, Screen};
use super::vitals::{Movement, Vital};
use crate::report::record::NotificationRecord;

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
    seq: u64,
    failures: Vec<String>,
    vitals: Vitals,
    pace: Pace,
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
    /// A watch that begins with what arrives after notification `seq`. `drilled` are the services
    /// that the drill breaks: that they are not scraped is no failure of the monitoring.
    pub fn new(
        monitors: Monitors,
        clock: Clock,
        drilled: BTreeSet<String>,
        seq: u64,
        pace: Pace,
        poll: Duration,
    ) -> Self {
        Self {
            monitors,
            clock,
            drilled,
            rules_may_fail: false,
            lanes: Lanes::default(),
            notifications: Vec::new(),
            seq,
            failures: Vec::new(),
            vitals: Vitals::new(pace, poll),
            pace,
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
        let (prometheus, alertmanager) = (&self.monitors.prometheus, &self.monitors.alertmanager);
        let (alerts, rules, targets, held, news) = tokio::join!(
            prometheus.alerts(),
            prometheus.rules(),
            prometheus.targets(),
            alertmanager.alerts(),
            desk.since(self.seq),
        );
        let now = Instant::now();
        let before = self.failures.len();
        let answers = first_error([
            alerts.as_ref().err(),
            rules.as_ref().err(),
            targets.as_ref().err(),
        ]);
        self.failures
            .extend(self.vitals.prometheus.look(now, answers));
        self.failures.extend(
            self.vitals
                .alertmanager
                .look(now, first_error([held.as_ref().err()])),
        );
        self.failures.extend(
            self.vitals
                .webhook
                .look(now, first_error([news.as_ref().err()])),
        );
        if let Ok(rules) = rules {
            self.look_at_rules(now, &rules);
        }
        if let Ok(targets) = targets {
            let sign = self.sign_of_targets(&targets);
            self.failures.extend(self.vitals.targets.look(now, sign));
        }
        if let Ok(held) = held {
            let sign = must(
                held.iter().any(|alert| is_watchdog(&alert.labels)),
                "Alertmanager does not hold it",
            );
            self.failures
                .extend(self.vitals.watchdog_held.look(now, sign));
        }
        if let Ok(alerts) = alerts {
            self.look_at_alerts(now, alerts, screen);
        }
        if let Ok(news) = news {
            if news.last < self.seq {
                self.failures
                    .push("the webhook receiver started anew: notifications are lost".to_owned());
            }
            self.seq = news.last;
            for received in news.notifications {
                self.delivered(received, screen);
            }
        }
        for failure in &self.failures[before..] {
            screen.event(self.clock.now_s(), &Event::Trouble(failure.clone()));
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
        let at_s = self.clock.now_s();
        let pairs = alerts.into_iter().map(|alert| (alert.labels, alert.state));
        for change in self.lanes.look(at_s, pairs) {
            let event = Event::Alert {
                labels: change.labels,
                state: change.state,
            };
            screen.event(at_s, &event);
        }
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

    fn delivered(&mut self, received: crate::serve::inbox::Received, screen: &dyn Screen) {
        if is_watchdog(&received.labels) {
            return;
        }
        let at_s = self.clock.seconds_at(received.received_at);
        let event = Event::Delivered {
            labels: received.labels.clone(),
            status: received.status.clone(),
        };
        screen.event(at_s, &event);
        self.notifications.push(NotificationRecord {
            at_s,
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
