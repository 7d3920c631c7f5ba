//! Until when an alert must have fired, been delivered and resolved, and what that is made of.

use std::fmt;
use std::time::Duration;

use super::prometheus::{Labels, Rule};
use super::route::Grouping;
use super::{duration, window};
use crate::scenario::Within;

/// The pace of the live monitoring.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Scrape interval of the company's job.
    pub scrape: Duration,
    /// Evaluation interval of the alert's group.
    pub evaluation: Duration,
}

/// A time limit as a sum of named parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget(Vec<(&'static str, Duration)>);

impl Budget {
    fn with(mut self, part: &'static str, length: Duration) -> Self {
        self.0.push((part, length));
        self
    }

    /// The sum.
    pub fn total(&self) -> Duration {
        self.0.iter().map(|(_, length)| *length).sum()
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spent = self.0.iter().filter(|(_, length)| !length.is_zero());
        let parts: Vec<String> = spent
            .map(|(part, length)| format!("{part} {}", duration::show(length.as_secs_f64())))
            .collect();
        f.write_str(&parts.join(" + "))?;
        // A sum of one is that one.
        if parts.len() == 1 {
            return Ok(());
        }
        write!(f, " = {}", duration::show(self.total().as_secs_f64()))
    }
}

/// The limits of one alert.
#[derive(Clone, Debug)]
pub struct AlertLimits {
    /// From the cause to firing in Prometheus.
    pub fires: Budget,
    /// From the cause to the webhook.
    pub delivered: Budget,
    /// From the end of the cause to no longer firing.
    pub resolves: Budget,
    /// From the end of the cause to the webhook's word that it has resolved.
    pub resolve_delivered: Budget,
}

impl AlertLimits {
    /// Computes what is `auto` from the rule, the pace and the grouping. Fails where the rule's
    /// expression can't be parsed.
    pub fn new(
        rule: &Rule,
        pace: Pace,
        grouping: &Grouping,
        within: Within,
        resolves: Within,
    ) -> Result<Self, String> {
        let window = window::of(&rule.query)?;
        let fires = match within {
            Within::Auto => detection(rule, pace, window),
            Within::Fixed(span) => Budget::default().with("as written", span.get()),
        };
        let resolves = match resolves {
            Within::Auto => resolution(rule, pace, window),
            Within::Fixed(span) => Budget::default().with("as written", span.get()),
        };
        let (wait, waited) = first_wait(grouping);
        Ok(Self {
            delivered: fires
                .clone()
                .with(wait, waited)
                .with("evaluation", pace.evaluation),
            resolve_delivered: resolves
                .clone()
                .with("group_interval", grouping.group_interval)
                .with("evaluation", pace.evaluation),
            fires,
            resolves,
        })
    }
}

impl AlertLimits {
    /// The limits of an alert whose rule is not known: as written, else `detection`. Without a
    /// grouping, its delivery is what is seen of it.
    pub fn without_rule(
        detection: Duration,
        grouping: Option<&Grouping>,
        within: Within,
        resolves: Within,
    ) -> Self {
        let limit = |within| match within {
            Within::Auto => Budget::default().with("detection limit", detection),
            Within::Fixed(span) => Budget::default().with("as written", span.get()),
        };
        let (fires, resolves) = (limit(within), limit(resolves));
        let Some(grouping) = grouping else {
            return Self {
                delivered: fires.clone(),
                resolve_delivered: resolves.clone(),
                fires,
                resolves,
            };
        };
        let (wait, waited) = first_wait(grouping);
        Self {
            delivered: fires.clone().with(wait, waited).with("look", LOOK),
            resolve_delivered: resolves
                .clone()
                .with("group_interval", grouping.group_interval)
                .with("look", LOOK),
            fires,
            resolves,
        }
    }
}

/// How long it may take to be seen what Alertmanager holds.
const LOOK: Duration = Duration::from_secs(1);

/// How long an alert may wait for its first delivery. Its group may be open already, by another
/// alert or by the drill before: Alertmanager forgets an empty group only after a while.
fn first_wait(grouping: &Grouping) -> (&'static str, Duration) {
    if grouping.group_interval > grouping.group_wait {
        ("group_interval", grouping.group_interval)
    } else {
        ("group_wait", grouping.group_wait)
    }
}

/// How long after its cause an alert of this rule may come, whatever a scenario says. Fails where the
/// rule's expression can't be parsed.
pub fn latest(rule: &Rule, pace: Pace) -> Result<Duration, String> {
    Ok(detection(rule, pace, window::of(&rule.query)?).total())
}

fn detection(rule: &Rule, pace: Pace, window: Duration) -> Budget {
    Budget::default()
        .with("scrape", pace.scrape)
        .with("evaluation", pace.evaluation)
        .with("window", window)
        .with("for", round_up(seconds(rule.duration), pace.evaluation))
        .with("evaluation", pace.evaluation)
}

fn resolution(rule: &Rule, pace: Pace, window: Duration) -> Budget {
    Budget::default()
        .with("scrape", pace.scrape)
        .with("evaluation", pace.evaluation)
        .with("window", window)
        .with(
            "keep_firing_for",
            round_up(seconds(rule.keep_firing_for), pace.evaluation),
        )
        .with("evaluation", pace.evaluation)
}

/// What Prometheus says in seconds; nonsense counts as none.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// The next whole multiple of `step`: a `for` is over at an evaluation, not between two.
fn round_up(length: Duration, step: Duration) -> Duration {
    if step.is_zero() {
        return length;
    }
    let steps = length.as_nanos().div_ceil(step.as_nanos());
    step.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

/// The labels that a rule's alerts are known to carry.
pub fn known_labels(rule: &Rule, expected: &Labels) -> Labels {
    let mut known = rule.labels.clone();
    known.extend(expected.clone());
    known.insert("alertname".to_owned(), rule.name.clone());
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(query: &str, lasts: f64, keeps: f64) -> Rule {
        Rule {
            name: "Test".to_owned(),
            query: query.to_owned(),
            duration: lasts,
            keep_firing_for: keeps,
            labels: Labels::new(),
            health: "ok".to_owned(),
            last_error: String::new(),
            alerts: Vec::new(),
        }
    }

    const PACE: Pace = Pace {
        scrape: Duration::from_secs(1),
        evaluation: Duration::from_secs(1),
    };
    const BY_SERVICE: Grouping = Grouping {
        group_wait: Duration::from_secs(1),
        group_interval: Duration::from_secs(4),
        repeat_interval: Duration::from_mins(16),
    };

    #[test]
    fn a_computed_limit_is_the_sum_that_it_shows() {
        let rule = rule("rate(x[40s]) > 1", 4.0, 2.0);
        let limits =
            AlertLimits::new(&rule, PACE, &BY_SERVICE, Within::Auto, Within::Auto).expect("limits");
        assert_eq!(
            limits.fires.to_string(),
            "scrape 1 s + evaluation 1 s + window 40 s + for 4 s + evaluation 1 s = 47 s"
        );
        assert_eq!(limits.delivered.total(), Duration::from_secs(52));
        assert_eq!(latest(&rule, PACE), Ok(Duration::from_secs(47)));
        assert_eq!(
            limits.resolves.to_string(),
            "scrape 1 s + evaluation 1 s + window 40 s + keep_firing_for 2 s + evaluation 1 s = 45 s"
        );
        assert_eq!(limits.resolve_delivered.total(), Duration::from_secs(50));
    }

    #[test]
    fn a_for_ends_at_an_evaluation() {
        let slow = Pace {
            scrape: Duration::from_secs(15),
            evaluation: Duration::from_secs(15),
        };
        let rule = rule("up == 0", 20.0, 0.0);
        let limits =
            AlertLimits::new(&rule, slow, &BY_SERVICE, Within::Auto, Within::Auto).expect("limits");
        assert_eq!(
            limits.fires.to_string(),
            "scrape 15 s + evaluation 15 s + for 30 s + evaluation 15 s = 75 s"
        );
    }

    #[test]
    fn an_alert_may_find_its_group_open() {
        let rule = rule("up == 0", 0.0, 0.0);
        let delivered = |grouping: &Grouping| {
            let limits = AlertLimits::new(&rule, PACE, grouping, Within::Auto, Within::Auto)
                .expect("limits");
            limits.delivered.to_string()
        };
        let fires = "scrape 1 s + evaluation 1 s + evaluation 1 s";
        assert_eq!(
            delivered(&BY_SERVICE),
            format!("{fires} + group_interval 4 s + evaluation 1 s = 8 s")
        );
        let patient = Grouping {
            group_wait: Duration::from_secs(5),
            ..BY_SERVICE
        };
        assert_eq!(
            delivered(&patient),
            format!("{fires} + group_wait 5 s + evaluation 1 s = 9 s")
        );
    }

    #[test]
    fn a_written_limit_stands() {
        let rule = rule("rate(x[40s]) > 1", 4.0, 0.0);
        let within = "10s".parse().expect("a span");
        let limits =
            AlertLimits::new(&rule, PACE, &BY_SERVICE, within, Within::Auto).expect("limits");
        assert_eq!(limits.fires.to_string(), "as written 10 s");
        assert_eq!(limits.delivered.total(), Duration::from_secs(15));
    }
}
