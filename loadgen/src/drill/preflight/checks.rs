//! One look at the field.

use reqwest::StatusCode;

use super::rules::{self, Loaded};
use super::{Field, Obstacle, Ready, STOCK_SCALE};
use crate::drill::desk::Desk;
use crate::drill::faults::Faults;
use crate::drill::prometheus::{AlertState, RuleGroup, Target, is_watchdog};
use crate::drill::verdict::Verdict;
use crate::drill::watch::JOB;
use crate::report::record::Monitoring;
use crate::scenario::{Scenario, Within};

const START: &str = "start the company with `make demo`";

/// Looks at everything; what depends on something that is missing is not looked at.
pub(super) async fn look(field: &Field<'_>) -> Result<Ready, Vec<Obstacle>> {
    let mut obstacles = Vec::new();
    let seq = look_at_company(field, &mut obstacles).await;
    let monitoring = look_at_monitors(field, &mut obstacles).await;
    if !obstacles.is_empty() {
        return Err(obstacles);
    }
    let (targets, groups) = look_at_rules(field, &mut obstacles).await;
    let scale = field.time_scale.unwrap_or_else(|| time_scale(&groups));
    let scenario = field.scenario.scaled(scale);
    let loaded = rules::look(field, &scenario, &targets, &groups, &mut obstacles).await;
    match loaded {
        Some(loaded) if obstacles.is_empty() => Ok(Ready {
            survey: field.survey.map(|wait| match wait.scaled(scale) {
                Within::Auto => loaded.latest,
                Within::Fixed(span) => span.get(),
            }),
            ..ready(scenario, scale, loaded, monitoring, seq)
        }),
        _ => Err(obstacles),
    }
}

fn ready(
    scenario: Scenario,
    time_scale: f64,
    loaded: Loaded,
    versions: Monitoring,
    seq: u64,
) -> Ready {
    Ready {
        scenario,
        time_scale,
        fires: loaded.fires,
        allows: loaded.allows,
        pace: loaded.pace,
        survey: None,
        longest_for: loaded.longest_for,
        monitoring: Monitoring {
            scrape_interval_s: loaded.pace.scrape.as_secs_f64(),
            evaluation_interval_s: loaded.pace.evaluation.as_secs_f64(),
            group_wait_s: loaded.grouping.group_wait.as_secs_f64(),
            group_interval_s: loaded.grouping.group_interval.as_secs_f64(),
            alerts: loaded.alerts,
            ..versions
        },
        seq,
    }
}

/// The company itself: its API, its faults, its desk. Returns the newest notification's number.
async fn look_at_company(field: &Field<'_>, obstacles: &mut Vec<Obstacle>) -> u64 {
    if let Err(error) = field.pizza.text("/menu").await {
        obstacles.push(Obstacle::passing(format!(
            "pizza-service is not there: {error}; {START}"
        )));
    }
    for faults in field.faults {
        obstacles.extend(look_at_faults(faults).await);
    }
    match field.desk.since(u64::MAX).await {
        Ok(news) => news.last,
        Err(error) => {
            let way_out = match field.desk {
                Desk::Leased(_) => "start `loadgen serve`, or drill without it by --no-lease",
                Desk::Own(_) => "choose another --webhook-listen",
            };
            obstacles.push(Obstacle::passing(format!(
                "no webhook receiver: {error}; {way_out}"
            )));
            0
        }
    }
}

async fn look_at_faults(faults: &Faults) -> Option<Obstacle> {
    let service = faults.service();
    let error = match faults.list().await {
        Ok(active) if active.is_empty() => return None,
        Ok(active) => {
            let kinds: Vec<_> = active.iter().map(|fault| fault.kind.as_str()).collect();
            return Some(Obstacle::lasting(format!(
                "{service} is broken already by {}; take that back with `loadgen reset`",
                kinds.join(", ")
            )));
        }
        Err(error) => error,
    };
    Some(match error.status() {
        Some(StatusCode::NOT_FOUND) => Obstacle::settling(
            Verdict::NotInjected,
            format!("{service} takes no faults; start it with FAULTS_TOKEN set"),
        ),
        Some(StatusCode::UNAUTHORIZED) => Obstacle::lasting(format!(
            "{service} does not accept the faults token; set FAULTS_TOKEN to the company's, or --company to its data folder"
        )),
        _ => Obstacle::passing(format!(
            "{service}'s telemetry port is not there: {error}; {START}"
        )),
    })
}

/// Prometheus and Alertmanager are ready, and their versions.
async fn look_at_monitors(field: &Field<'_>, obstacles: &mut Vec<Obstacle>) -> Monitoring {
    let (prometheus, alertmanager) = (&field.monitors.prometheus, &field.monitors.alertmanager);
    if let Err(error) = prometheus.ready().await {
        let text = format!(
            "Prometheus is not ready: {error}; {START}, or say where it is by --metrics-url"
        );
        obstacles.push(Obstacle::passing(text));
    }
    if let Err(error) = alertmanager.ready().await {
        let text = format!(
            "Alertmanager is not ready: {error}; {START}, or say where it is by --alertmanager-url"
        );
        obstacles.push(Obstacle::passing(text));
    }
    let mut monitoring = Monitoring::default();
    if obstacles.is_empty() {
        match (prometheus.version().await, alertmanager.status().await) {
            (Ok(version), Ok(status)) => {
                monitoring.prometheus_version = version;
                monitoring.alertmanager_version = status.version;
            }
            (Err(error), _) | (_, Err(error)) => {
                obstacles.push(Obstacle::passing(error.to_string()));
            }
        }
    }
    monitoring
}

/// Targets are up, rules are loaded and healthy, the Watchdog fires and nothing else.
async fn look_at_rules(
    field: &Field<'_>,
    obstacles: &mut Vec<Obstacle>,
) -> (Vec<Target>, Vec<RuleGroup>) {
    let (targets, groups, held) = tokio::join!(
        field.monitors.prometheus.targets(),
        field.monitors.prometheus.rules(),
        field.monitors.alertmanager.alerts(),
    );
    let (targets, groups, held) = match (targets, groups, held) {
        (Ok(targets), Ok(groups), Ok(held)) => (targets, groups, held),
        (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => {
            obstacles.push(Obstacle::passing(error.to_string()));
            return (Vec::new(), Vec::new());
        }
    };
    let ours: Vec<Target> = targets
        .into_iter()
        .filter(|target| target.labels.get("job").is_some_and(|job| job == JOB))
        .collect();
    if ours.is_empty() {
        obstacles.push(Obstacle::passing(format!(
            "Prometheus has no targets of job `{JOB}`; look at its targets page"
        )));
    }
    for target in ours.iter().filter(|target| target.health != "up") {
        let name = target
            .labels
            .get("service")
            .or_else(|| target.labels.get("instance"))
            .map_or("?", String::as_str);
        let error = if target.last_error.is_empty() {
            "not scraped yet"
        } else {
            &target.last_error
        };
        obstacles.push(Obstacle::passing(format!(
            "target {name} is {}: {error}",
            target.health
        )));
    }
    look_at_alerts(&groups, obstacles);
    if !held.iter().any(|alert| is_watchdog(&alert.labels)) {
        let text = "the Watchdog has not reached Alertmanager; look at `alerting` in Prometheus's configuration";
        obstacles.push(Obstacle::passing(text));
    }
    (ours, groups)
}

fn look_at_alerts(groups: &[RuleGroup], obstacles: &mut Vec<Obstacle>) {
    let rules = || groups.iter().flat_map(|group| &group.rules);
    if rules().next().is_none() {
        obstacles.push(Obstacle::passing(
            "Prometheus has no alerting rules; look at `rule_files` in its configuration",
        ));
    }
    for rule in rules().filter(|rule| rule.health == "err") {
        obstacles.push(Obstacle::passing(format!(
            "the rule {} can't be evaluated: {}",
            rule.name, rule.last_error
        )));
    }
    let alerts = || rules().flat_map(|rule| &rule.alerts);
    if !alerts().any(|alert| is_watchdog(&alert.labels) && alert.state == AlertState::Firing) {
        obstacles.push(Obstacle::passing(
            "the Watchdog does not fire; the rules are not evaluated yet, or it is missing",
        ));
    }
    for alert in
        alerts().filter(|alert| !is_watchdog(&alert.labels) && alert.state != AlertState::Inactive)
    {
        let name = alert.labels.get("alertname").map_or("?", String::as_str);
        let service = alert
            .labels
            .get("service")
            .map(|service| format!(" for {service}"))
            .unwrap_or_default();
        let state = alert.state.word();
        obstacles.push(Obstacle::passing(format!(
            "{name} is {state}{service} before the drill; wait until it is over, or mend its cause"
        )));
    }
}

/// Rules that say they are fast are taken at their word; all others are stock.
fn time_scale(groups: &[RuleGroup]) -> f64 {
    let mut rules = groups.iter().flat_map(|group| &group.rules);
    if rules.any(|rule| {
        rule.labels
            .get("speed")
            .is_some_and(|speed| speed == "demo")
    }) {
        1.0
    } else {
        STOCK_SCALE
    }
}
