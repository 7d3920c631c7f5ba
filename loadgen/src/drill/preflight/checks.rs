//! One look at the field.

use std::time::Duration;

use reqwest::StatusCode;

use super::rules::{self, Loaded};
use super::{Field, Obstacle, Ready, STOCK_SCALE};
use crate::drill::alertmanager::Alertmanager;
use crate::drill::desk::Desk;
use crate::drill::faults::Faults;
use crate::drill::prometheus::{AlertState, Prometheus, RuleGroup, Target, is_watchdog};
use crate::drill::verdict::Verdict;
use crate::drill::watch::JOB;
use crate::report::record::Monitoring;
use crate::scenario::Scenario;

pub(super) const START: &str = "start the company with `make demo`";

/// Looks at everything; what depends on something that is missing is not looked at.
pub(super) async fn look(
    field: &Field<'_>,
    prometheus: &Prometheus,
) -> Result<Ready, Vec<Obstacle>> {
    let mut obstacles = Vec::new();
    let seq = look_at_company(field, &mut obstacles).await;
    let Some(alertmanager) = &field.monitors.alertmanager else {
        // Refused already, before anybody was asked.
        return Err(obstacles);
    };
    let monitors = (prometheus, alertmanager);
    let (monitoring, missing) = look_at_monitors(monitors, &mut obstacles).await;
    if !obstacles.is_empty() {
        return Err(obstacles);
    }
    let (targets, groups) = look_at_rules(monitors, &mut obstacles).await;
    let scale = field.time_scale.unwrap_or_else(|| time_scale(&groups));
    let scenario = field.scenario.scaled(scale);
    let seen = rules::Seen {
        targets: targets.as_deref(),
        groups: &groups,
    };
    let loaded = rules::look(alertmanager, &scenario, seen, &mut obstacles).await;
    match loaded {
        Some(loaded) if obstacles.is_empty() => Ok(Ready {
            survey: field.surveyed(scale, loaded.latest),
            notes: notes(prometheus, &missing),
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
        routing: loaded.routing,
        pace: loaded.pace,
        finest: loaded.finest,
        survey: None,
        longest_for: loaded.longest_for,
        listens: Duration::ZERO,
        watchdog: true,
        notes: Vec::new(),
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
pub(super) async fn look_at_company(field: &Field<'_>, obstacles: &mut Vec<Obstacle>) -> u64 {
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

/// What a server that is not quite a Prometheus cannot tell.
fn notes(prometheus: &Prometheus, missing: &[&str]) -> Vec<String> {
    if missing.is_empty() {
        return Vec::new();
    }
    let (url, missing) = (prometheus.url(), missing.join(", "));
    vec![format!(
        "{url} has no {missing}: what they would tell is not looked at, and the scrape interval is taken to be the evaluation interval where there are no targets"
    )]
}

/// Both are ready, their versions, and which of Prometheus's paths are missing.
async fn look_at_monitors(
    (prometheus, alertmanager): (&Prometheus, &Alertmanager),
    obstacles: &mut Vec<Obstacle>,
) -> (Monitoring, Vec<&'static str>) {
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
    if !obstacles.is_empty() {
        return (Monitoring::default(), Vec::new());
    }
    let answers = tokio::try_join!(
        prometheus.version(),
        prometheus.missing(),
        alertmanager.status()
    );
    match answers {
        Ok((version, missing, status)) => {
            let monitoring = Monitoring {
                prometheus_version: version.unwrap_or_default(),
                alertmanager_version: status.version,
                ..Monitoring::default()
            };
            (monitoring, missing)
        }
        Err(error) => {
            obstacles.push(Obstacle::passing(error.to_string()));
            (Monitoring::default(), Vec::new())
        }
    }
}

/// Targets are up, rules are loaded and healthy, the Watchdog fires and nothing else.
async fn look_at_rules(
    (prometheus, alertmanager): (&Prometheus, &Alertmanager),
    obstacles: &mut Vec<Obstacle>,
) -> (Option<Vec<Target>>, Vec<RuleGroup>) {
    let answers = tokio::try_join!(
        prometheus.targets(),
        prometheus.rules(),
        alertmanager.alerts()
    );
    let (targets, groups, held) = match answers {
        Ok(answers) => answers,
        Err(error) => {
            let other = if error.is_missing() {
                "; a server without rules can be drilled by --alert-source alertmanager or webhook"
            } else {
                ""
            };
            obstacles.push(Obstacle::passing(format!("{error}{other}")));
            return (None, Vec::new());
        }
    };
    let ours = targets.map(|targets| look_at_targets(targets, obstacles));
    look_at_alerts(&groups, obstacles);
    if !held.iter().any(|alert| is_watchdog(&alert.labels)) {
        let text = "the Watchdog has not reached Alertmanager; look at `alerting` in Prometheus's configuration";
        obstacles.push(Obstacle::passing(text));
    }
    (ours, groups)
}

/// Those of the company.
fn look_at_targets(targets: Vec<Target>, obstacles: &mut Vec<Obstacle>) -> Vec<Target> {
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
    ours
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
