//! What was pending and firing in the last minutes, and what of it nobody is told.

use std::collections::BTreeMap;

use chassis::Problem;
use chassis::http::client::Neighbour;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Minutes;
use super::charts::seconds;
use super::prometheus::{Labels, Prometheus, Series};

/// The alerts of the last minutes.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Alerts {
    /// Where the time begins, in seconds since the Unix epoch.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Whether Alertmanager told what is silenced and inhibited; null where there is none.
    #[schema(required = true)]
    pub alertmanager: Option<bool>,
    /// One an alert, those that fire first, then by name.
    pub alerts: Vec<Alert>,
}

/// One alert: a name with its labels.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Alert {
    /// Its name.
    #[schema(example = "PizzaOrderSurge")]
    pub name: String,
    /// Its other labels.
    pub labels: Labels,
    /// How it stands now.
    pub state: State,
    /// `silenced` or `inhibited`, where nobody is told of it.
    #[schema(required = true)]
    pub muted: Option<&'static str>,
    /// Its times, the oldest first.
    pub stretches: Vec<Stretch>,
}

/// A time without a break.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct Stretch {
    /// What it was.
    pub state: State,
    /// From when, in seconds since the Unix epoch.
    pub from: f64,
    /// Until when.
    pub to: f64,
}

/// How an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It fires.
    Firing,
    /// It waits for its `for`.
    Pending,
    /// It is over.
    Resolved,
}

/// The one that fires always has nothing to say here.
const QUERY: &str = r#"ALERTS{alertname!="Watchdog"}"#;

pub(super) async fn read(
    prometheus: &Prometheus,
    alertmanager: Option<&Neighbour>,
    minutes: Minutes,
) -> Result<Alerts, Problem> {
    let now = seconds(OffsetDateTime::now_utc());
    let series = prometheus.range(QUERY, now, minutes).await?;
    let muted = match alertmanager {
        None => None,
        Some(alertmanager) => Some(muted(alertmanager).await),
    };
    let mut alerts = merge(&series, now, minutes.step());
    for alert in &mut alerts {
        let muted = muted.as_ref().and_then(|muted| muted.as_ref().ok());
        alert.muted = muted.and_then(|muted| muted.iter().find_map(|one| one.mutes(alert)));
    }
    Ok(Alerts {
        from: now - minutes.seconds(),
        to: now,
        alertmanager: muted.map(|muted| muted.is_ok()),
        alerts,
    })
}

/// One alert is a series while it is pending and another one while it fires.
fn merge(series: &[Series], now: f64, step: f64) -> Vec<Alert> {
    let mut alerts: BTreeMap<(String, Labels), Vec<Stretch>> = BTreeMap::new();
    for one in series {
        let mut labels = one.metric.clone();
        labels.remove("__name__");
        let firing = labels
            .remove("alertstate")
            .is_some_and(|state| state == "firing");
        let state = if firing {
            State::Firing
        } else {
            State::Pending
        };
        let name = labels.remove("alertname").unwrap_or_default();
        let moments = one.points().map(|(at, _)| at);
        let stretches = alerts.entry((name, labels)).or_default();
        stretches.extend(self::stretches(moments, state, step));
    }
    let mut alerts: Vec<Alert> = alerts
        .into_iter()
        .map(|((name, labels), mut stretches)| {
            stretches.sort_by(|a, b| a.from.total_cmp(&b.from));
            let state = stretches
                .last()
                .filter(|last| last.to >= now)
                .map_or(State::Resolved, |last| last.state);
            Alert {
                name,
                labels,
                state,
                muted: None,
                stretches,
            }
        })
        .collect();
    alerts.sort_by_key(|alert| alert.state);
    alerts
}

/// Each moment stands for the step that it begins.
fn stretches(moments: impl Iterator<Item = f64>, state: State, step: f64) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for at in moments {
        let to = at + step;
        match stretches.last_mut() {
            // Half a step more, for what rounding does to moments.
            Some(last) if at <= last.to + step / 2.0 => last.to = to,
            _ => stretches.push(Stretch {
                state,
                from: at,
                to,
            }),
        }
    }
    stretches
}

/// An alert as Alertmanager lists it.
#[derive(Debug, Deserialize)]
struct Listed {
    labels: Labels,
    status: Status,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(default)]
    silenced_by: Vec<String>,
    #[serde(default)]
    inhibited_by: Vec<String>,
}

impl Listed {
    fn mutes(&self, alert: &Alert) -> Option<&'static str> {
        let same = self.labels.get("alertname") == Some(&alert.name)
            && alert
                .labels
                .iter()
                .all(|(name, value)| self.labels.get(name) == Some(value));
        if !same {
            None
        } else if self.status.silenced_by.is_empty() {
            (!self.status.inhibited_by.is_empty()).then_some("inhibited")
        } else {
            Some("silenced")
        }
    }
}

async fn muted(alertmanager: &Neighbour) -> Result<Vec<Listed>, chassis::http::client::CallError> {
    let route = "/api/v2/alerts";
    alertmanager.get(route, route).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn series(state: &str, moments: &[f64]) -> Series {
        let values: Vec<_> = moments.iter().map(|at| json!([at, "1"])).collect();
        let labels = json!({
            "__name__": "ALERTS", "alertname": "Surge", "service": "pizza-service", "alertstate": state,
        });
        serde_json::from_value(json!({ "metric": labels, "values": values })).expect("a series")
    }

    #[test]
    fn pending_and_firing_are_one_alert_s_times() {
        let series = [
            series("firing", &[20.0, 25.0, 30.0]),
            series("pending", &[10.0, 15.0, 100.0]),
        ];
        let alerts = merge(&series, 101.0, 5.0);
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0].state, State::Pending);
        let stretch = |state, from, to| Stretch { state, from, to };
        assert_eq!(
            alerts[0].stretches,
            [
                stretch(State::Pending, 10.0, 20.0),
                stretch(State::Firing, 20.0, 35.0),
                stretch(State::Pending, 100.0, 105.0),
            ]
        );
        let later = merge(&series, 106.0, 5.0);
        assert_eq!(later[0].state, State::Resolved);
    }

    #[test]
    fn a_silence_mutes_the_alert_of_the_same_labels() {
        let mut alerts = merge(&[series("firing", &[1.0])], 2.0, 5.0);
        let alert = alerts.remove(0);
        let listed = |service: &str, silenced: &[&str], inhibited: &[&str]| -> Listed {
            serde_json::from_value(json!({
                "labels": { "alertname": "Surge", "service": service, "severity": "page" },
                "status": { "state": "suppressed", "silencedBy": silenced, "inhibitedBy": inhibited },
            }))
            .expect("an alert")
        };
        let mutes = |listed: Listed| listed.mutes(&alert);
        assert_eq!(
            mutes(listed("pizza-service", &["x"], &[])),
            Some("silenced")
        );
        assert_eq!(
            mutes(listed("pizza-service", &[], &["y"])),
            Some("inhibited")
        );
        assert_eq!(mutes(listed("pizza-service", &[], &[])), None);
        assert_eq!(mutes(listed("pokedex-api", &["x"], &[])), None);
    }
}
