//! One look at monitoring whose rules are not known: an Alertmanager that others feed, or whatever
//! sends webhooks. Asks only for what there is.

use std::collections::BTreeMap;
use std::time::Duration;

use super::checks::{self, START};
use super::rules;
use super::{Field, Obstacle, Ready, STOCK_SCALE};
use crate::drill::alertmanager::{HeldAlert, Silence};
use crate::drill::limits::{AlertLimits, Pace};
use crate::drill::prometheus::{Labels, is_watchdog};
use crate::drill::route::Routing;
use crate::drill::source::AlertSource;
use crate::report::record::Monitoring;
use crate::scenario::{Effect, Scenario, Within};

/// How often what has no evaluations of its own is looked at.
const PACE: Duration = Duration::from_secs(1);

/// What Alertmanager says, where there is one.
#[derive(Default)]
struct Found {
    version: String,
    routing: Routing,
    silences: Vec<Silence>,
    held: Vec<HeldAlert>,
}

pub(super) async fn look(field: &Field<'_>) -> Result<Ready, Vec<Obstacle>> {
    let mut obstacles = Vec::new();
    let seq = checks::look_at_company(field, &mut obstacles).await;
    let queries = |effect: &Effect| matches!(effect, Effect::Query { .. });
    let asks = field.scenario.expect.effect.iter().any(queries);
    if asks && field.monitors.prometheus.is_none() {
        let text = "the scenario proves its effect by a query; say by --metrics-url whom to ask";
        obstacles.push(Obstacle::lasting(text));
    }
    let found = if field.monitors.source == AlertSource::Alertmanager {
        look_at_alertmanager(field, &mut obstacles).await
    } else {
        look_at_notifications(field, &mut obstacles).await;
        Found::default()
    };
    for fires in &field.scenario.expect.fires {
        let mut known = fires.labels.clone();
        known.insert("alertname".to_owned(), fires.alert.clone());
        obstacles.extend(rules::silenced(&found.silences, &fires.matcher(), &known));
    }
    if obstacles.is_empty() {
        Ok(ready(field, found, seq))
    } else {
        Err(obstacles)
    }
}

async fn look_at_alertmanager(field: &Field<'_>, obstacles: &mut Vec<Obstacle>) -> Found {
    let Some(alertmanager) = &field.monitors.alertmanager else {
        return Found::default();
    };
    let answers = tokio::try_join!(
        alertmanager.status(),
        alertmanager.silences(),
        alertmanager.alerts()
    );
    let (status, silences, held) = match answers {
        Ok(answers) => answers,
        Err(error) => {
            let text = format!(
                "Alertmanager is not ready: {error}; {START}, or say where it is by --alertmanager-url"
            );
            obstacles.push(Obstacle::passing(text));
            return Found::default();
        }
    };
    for alert in held.iter().filter(|alert| !is_watchdog(&alert.labels)) {
        obstacles.push(restless(&alert.labels));
    }
    let routing = Routing::parse(&status.configuration).unwrap_or_else(|error| {
        obstacles.push(Obstacle::lasting(error.to_string()));
        Routing::default()
    });
    Found {
        version: status.version,
        routing,
        silences,
        held,
    }
}

/// Nothing that was told to fire is still to be told that it is over.
async fn look_at_notifications(field: &Field<'_>, obstacles: &mut Vec<Obstacle>) {
    let Ok(all) = field.desk.since(0).await else {
        // That it does not answer was found by the look at the company.
        return;
    };
    let mut last: BTreeMap<Labels, bool> = BTreeMap::new();
    for told in all.notifications {
        last.insert(told.labels, told.status == "firing");
    }
    for (labels, _) in last
        .iter()
        .filter(|(labels, fires)| **fires && !is_watchdog(labels))
    {
        obstacles.push(restless(labels));
    }
}

fn restless(labels: &Labels) -> Obstacle {
    let label = |name: &str| labels.get(name).map_or("?", String::as_str);
    Obstacle::passing(format!(
        "{} is firing for {} before the drill; wait until it is over, or mend its cause",
        label("alertname"),
        label("service")
    ))
}

fn ready(field: &Field<'_>, found: Found, seq: u64) -> Ready {
    let watchdog = found.held.iter().find(|alert| is_watchdog(&alert.labels));
    let is_demo = watchdog
        .and_then(|watchdog| watchdog.labels.get("speed"))
        .is_some_and(|speed| speed == "demo");
    let scale = field
        .time_scale
        .unwrap_or(if is_demo { 1.0 } else { STOCK_SCALE });
    let scenario = field.scenario.scaled(scale);
    let limits = Limits {
        field,
        found: &found,
        scenario: &scenario,
    };
    let fires: Vec<_> = scenario
        .expect
        .fires
        .iter()
        .map(|fires| limits.of(&fires.alert, &fires.labels, fires.within))
        .collect();
    let allowed = scenario.expect.allows.iter();
    let allows = allowed
        .map(|matcher| Some(limits.of(&matcher.alert, &matcher.labels, Within::Auto)))
        .collect();
    let grouping = found.routing.grouping(&Labels::new());
    let through_alertmanager = field.monitors.source == AlertSource::Alertmanager;
    let seconds = |wait: Duration| {
        if through_alertmanager {
            wait.as_secs_f64()
        } else {
            0.0
        }
    };
    Ready {
        time_scale: scale,
        fires,
        allows,
        pace: Pace {
            scrape: PACE,
            evaluation: PACE,
        },
        finest: PACE,
        monitoring: Monitoring {
            group_wait_s: seconds(grouping.group_wait),
            group_interval_s: seconds(grouping.group_interval),
            alertmanager_version: found.version.clone(),
            ..Monitoring::default()
        },
        survey: field.surveyed(scale, field.detection_limit),
        longest_for: Duration::ZERO,
        // Nothing is pending here: what is not told yet may still be on its way.
        listens: field.detection_limit,
        watchdog: watchdog.is_some(),
        notes: notes(watchdog.is_some()),
        seq,
        scenario,
        routing: found.routing,
    }
}

fn notes(watchdog: bool) -> Vec<String> {
    let doubt = "nothing shows that the alerts' source is alive: there is no Watchdog, so its silence proves little";
    if watchdog {
        Vec::new()
    } else {
        vec![doubt.to_owned()]
    }
}

/// What limits are made of.
struct Limits<'a> {
    field: &'a Field<'a>,
    found: &'a Found,
    scenario: &'a Scenario,
}

impl Limits<'_> {
    fn of(&self, alert: &str, labels: &Labels, within: Within) -> AlertLimits {
        let mut known = labels.clone();
        known.insert("alertname".to_owned(), alert.to_owned());
        let grouping = (self.field.monitors.source == AlertSource::Alertmanager)
            .then(|| self.found.routing.grouping(&known));
        AlertLimits::without_rule(
            self.field.detection_limit,
            grouping.as_ref(),
            within,
            self.scenario.expect.resolves,
        )
    }
}
