//! Could the expected alerts fire under the loaded rules, how fast, and would anybody hear of it?

use std::time::Duration;

use super::Obstacle;
use crate::drill::alertmanager::{Alertmanager, Silence};
use crate::drill::limits::{self, AlertLimits, Pace, known_labels};
use crate::drill::prometheus::{Labels, Rule, RuleGroup, Target};
use crate::drill::route::{Grouping, Routing};
use crate::drill::verdict::Verdict;
use crate::scenario::{AlertMatcher, Fires, Scenario, Within};

/// What the loaded rules make of the scenario.
pub(super) struct Loaded {
    pub(super) fires: Vec<AlertLimits>,
    pub(super) allows: Vec<Option<AlertLimits>>,
    pub(super) pace: Pace,
    pub(super) finest: Duration,
    pub(super) grouping: Grouping,
    pub(super) routing: Routing,
    pub(super) longest_for: Duration,
    /// How long after its cause the slowest of all alerts may come.
    pub(super) latest: Duration,
    pub(super) alerts: Vec<String>,
}

/// What Prometheus has said.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The company's targets; nothing where they are not known.
    pub(super) targets: Option<&'a [Target]>,
    pub(super) groups: &'a [RuleGroup],
}

pub(super) async fn look(
    alertmanager: &Alertmanager,
    scenario: &Scenario,
    seen: Seen<'_>,
    obstacles: &mut Vec<Obstacle>,
) -> Option<Loaded> {
    let groups = seen.groups;
    if seen.targets.is_some_and(<[Target]>::is_empty) || groups.is_empty() {
        return None;
    }
    let (status, silences) = match tokio::try_join!(alertmanager.status(), alertmanager.silences())
    {
        Ok(answers) => answers,
        Err(error) => {
            obstacles.push(Obstacle::passing(error.to_string()));
            return None;
        }
    };
    let routing = match Routing::parse(&status.configuration) {
        Ok(routing) => routing,
        Err(error) => {
            obstacles.push(Obstacle::lasting(error.to_string()));
            return None;
        }
    };
    let book = Book {
        groups,
        routing,
        silences,
        scrape: seen.scrape_interval(),
        resolves: scenario.expect.resolves,
    };
    let fires: Vec<_> = scenario
        .expect
        .fires
        .iter()
        .filter_map(|fires| book.expected(fires, obstacles))
        .collect();
    let allows = scenario
        .expect
        .allows
        .iter()
        .map(|matcher| book.allowed(matcher))
        .collect();
    let first = scenario
        .expect
        .fires
        .first()
        .and_then(|fires| book.find(&fires.matcher()));
    let labels = first
        .map(|(_, rule)| known_labels(rule, &Labels::new()))
        .unwrap_or_default();
    Some(Loaded {
        fires,
        allows,
        pace: Pace {
            scrape: book.scrape,
            evaluation: seen.evaluation_interval(),
        },
        finest: seen.finest_interval(),
        grouping: book.routing.grouping(&labels),
        alerts: alert_names(groups),
        latest: book.latest(),
        longest_for: groups
            .iter()
            .flat_map(|group| &group.rules)
            .map(|rule| lasts(rule.duration))
            .max()
            .unwrap_or_default(),
        routing: book.routing,
    })
}

/// Each name once, in the order of the rules.
fn alert_names(groups: &[RuleGroup]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for rule in groups.iter().flat_map(|group| &group.rules) {
        if !names.contains(&rule.name) {
            names.push(rule.name.clone());
        }
    }
    names
}

impl Seen<'_> {
    /// The longest. Where it is not known, rules are taken to be evaluated as often as there is
    /// something new.
    fn scrape_interval(self) -> Duration {
        let intervals = self.targets.map(|targets| {
            let intervals = targets.iter().map(|target| target.scrape_interval);
            intervals.max().unwrap_or_default()
        });
        intervals.unwrap_or_else(|| self.evaluation_interval())
    }

    fn evaluation_interval(self) -> Duration {
        self.groups.iter().map(evaluation).max().unwrap_or_default()
    }

    fn finest_interval(self) -> Duration {
        self.groups.iter().map(evaluation).min().unwrap_or_default()
    }
}

/// The loaded rules and what is known around them.
struct Book<'a> {
    groups: &'a [RuleGroup],
    routing: Routing,
    silences: Vec<Silence>,
    scrape: Duration,
    resolves: Within,
}

impl Book<'_> {
    /// What cannot be understood is not waited for.
    fn latest(&self) -> Duration {
        let latest = |group: &RuleGroup, rule| limits::latest(rule, self.pace(group)).ok();
        let rules = self.groups.iter();
        let all = rules.flat_map(|group| group.rules.iter().filter_map(|rule| latest(group, rule)));
        all.max().unwrap_or_default()
    }

    fn pace(&self, group: &RuleGroup) -> Pace {
        Pace {
            scrape: self.scrape,
            evaluation: evaluation(group),
        }
    }

    fn expected(&self, fires: &Fires, obstacles: &mut Vec<Obstacle>) -> Option<AlertLimits> {
        let matcher = fires.matcher();
        let Some((group, rule)) = self.find(&matcher) else {
            obstacles.push(self.missing(&matcher));
            return None;
        };
        let known = known_labels(rule, &fires.labels);
        obstacles.extend(silenced(&self.silences, &matcher, &known));
        match self.limits(group, rule, &known, fires.within) {
            Ok(limits) => Some(limits),
            Err(error) => {
                obstacles.push(Obstacle::lasting(format!(
                    "the rule {} can't be understood: {error}",
                    rule.name
                )));
                None
            }
        }
    }

    fn allowed(&self, matcher: &AlertMatcher) -> Option<AlertLimits> {
        let (group, rule) = self.find(matcher)?;
        self.limits(
            group,
            rule,
            &known_labels(rule, &matcher.labels),
            Within::Auto,
        )
        .ok()
    }

    fn limits(
        &self,
        group: &RuleGroup,
        rule: &Rule,
        known: &Labels,
        within: Within,
    ) -> Result<AlertLimits, String> {
        AlertLimits::new(
            rule,
            self.pace(group),
            &self.routing.grouping(known),
            within,
            self.resolves,
        )
    }

    /// The rule whose alerts could match: labels that the rule sets must be equal, others come from
    /// the series.
    fn find(&self, matcher: &AlertMatcher) -> Option<(&RuleGroup, &Rule)> {
        self.named(&matcher.alert)
            .find(|(_, rule)| contradiction(rule, matcher).is_none())
    }

    fn named(&self, name: &str) -> impl Iterator<Item = (&RuleGroup, &Rule)> {
        let pairs = self
            .groups
            .iter()
            .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
        pairs.filter(move |(_, rule)| rule.name == name)
    }

    fn missing(&self, matcher: &AlertMatcher) -> Obstacle {
        let contradicted = self
            .named(&matcher.alert)
            .find_map(|(_, rule)| contradiction(rule, matcher));
        match contradicted {
            Some((label, value)) => Obstacle::lasting(format!(
                "{matcher} can't fire: the loaded rule sets {label}={value:?}"
            )),
            // To break something and wait for an alert that does not exist would tell nothing more.
            None => Obstacle::settling(
                Verdict::Missed,
                format!(
                    "{matcher} can't fire: no such rule is loaded; load the rules that the scenario was written for"
                ),
            ),
        }
    }
}

/// A label that the rule sets to something else. A template could become anything.
fn contradiction(rule: &Rule, matcher: &AlertMatcher) -> Option<(String, String)> {
    let differs = |(name, wanted): (&String, &String)| {
        let set = rule.labels.get(name)?;
        (set != wanted && !set.contains("{{")).then(|| (name.clone(), set.clone()))
    };
    matcher.labels.iter().find_map(differs)
}

/// The silences that could hold back an expected alert.
pub(super) fn silenced(
    all: &[Silence],
    matcher: &AlertMatcher,
    known: &Labels,
) -> impl Iterator<Item = Obstacle> {
    all.iter().filter(|silence| silences(silence, known)).map(move |silence| {
        let (id, author) = (&silence.id, &silence.created_by);
        Obstacle::lasting(format!(
            "a silence of {author} matches {matcher}; let it expire with `amtool silence expire {id}`"
        ))
    })
}

/// Whether a silence could hold back an alert with these labels.
fn silences(silence: &Silence, known: &Labels) -> bool {
    silence.counts()
        && silence
            .matchers
            .iter()
            .all(|matcher| matcher.could_match(known))
}

fn evaluation(group: &RuleGroup) -> Duration {
    lasts(group.interval)
}

fn lasts(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(interval: f64) -> RuleGroup {
        RuleGroup {
            name: format!("every {interval} s"),
            interval,
            rules: Vec::new(),
            last_evaluation: String::new(),
        }
    }

    /// One group that looks at days must not make a drill look once in a minute only.
    #[test]
    fn the_finest_interval_is_the_fastest_groups_and_the_evaluation_the_slowest() {
        let groups = [group(4.0), group(1.0), group(60.0)];
        let seen = Seen {
            targets: None,
            groups: &groups,
        };
        assert_eq!(seen.finest_interval(), Duration::from_secs(1));
        assert_eq!(seen.evaluation_interval(), Duration::from_mins(1));
    }
}
