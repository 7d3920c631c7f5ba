//! What Prometheus and Alertmanager answer.

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ALERT, Blindness, OTHER, State as World};

type Shared = State<Arc<World>>;

const CONFIGURATION: &str = "
route:
  receiver: page
  group_by: [alertname]
  group_wait: 500ms
  group_interval: 1s
receivers: [{name: page}, {name: ticket}]
";

pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/-/ready", get(|| async { "ready" }))
        .route(
            "/api/v1/status/buildinfo",
            get(|| async { data(&json!({ "version": "2.42.0" })) }),
        )
        .route("/api/v1/targets", get(targets))
        .route("/api/v1/rules", get(rules))
        .route("/api/v1/alerts", get(alerts))
        .route("/api/v1/query", get(query))
        .route("/api/v1/query_range", get(range))
        .route("/api/v2/status", get(status))
        .route("/api/v2/alerts", get(held))
        .route("/api/v2/silences", get(silences).post(silence))
        .route("/api/v2/silence/{id}", delete(expire))
}

/// Answers as if some paths were not there.
pub(crate) async fn lack(
    State(paths): State<&'static [&'static str]>,
    request: Request,
    next: Next,
) -> Response {
    if paths.contains(&request.uri().path()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

fn data(data: &Value) -> Response {
    Json(json!({ "status": "success", "data": data })).into_response()
}

fn blind(world: &World) -> Option<Response> {
    world
        .is_blind(Blindness::Prometheus)
        .then(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn targets(State(world): Shared) -> Response {
    blind(&world).unwrap_or_else(|| {
        let health = if world.is_blind(Blindness::Targets) { "down" } else { "up" };
        let target = |service: &str| {
            json!({ "labels": { "job": "firedrill", "service": service }, "health": health, "lastError": "", "scrapeInterval": "50ms" })
        };
        data(&json!({ "activeTargets": [target("pizza-service"), target("loadgen")] }))
    })
}

async fn rules(State(world): Shared) -> Response {
    if let Some(blind) = blind(&world) {
        return blind;
    }
    let evaluated = world.inner.lock().evaluations.to_string();
    let rule = |name: &str, query: &str, labels: Value, alerts: Vec<Value>| {
        json!({ "type": "alerting", "name": name, "query": query, "duration": 0.1, "keepFiringFor": 0, "labels": labels,
                "health": "ok", "lastError": "", "alerts": alerts })
    };
    let of = |name: &'static str| -> Vec<Value> {
        active(&world)
            .into_iter()
            .filter(|alert| alert["labels"]["alertname"] == name)
            .collect()
    };
    let labels = json!(world.manners.rule_labels);
    data(
        &json!({ "groups": [{ "name": "all", "interval": super::EVALUATION.as_secs_f64(), "lastEvaluation": evaluated, "rules": [
        rule("Watchdog", "vector(1)", json!({}), vec![watchdog()]),
        rule(ALERT, "rate(errors_total[3s]) > 0", labels.clone(), of(ALERT)),
        rule(OTHER, "up == 0", labels, of(OTHER)),
    ] }] }),
    )
}

fn watchdog() -> Value {
    json!({ "labels": { "alertname": "Watchdog" }, "state": "firing" })
}

fn active(world: &World) -> Vec<Value> {
    let now = world.inner.lock().now.clone();
    now.into_iter()
        .map(|(alert, state)| json!({ "labels": world.labels(alert), "state": state }))
        .collect()
}

async fn alerts(State(world): Shared) -> Response {
    blind(&world).unwrap_or_else(|| {
        let mut alerts = active(&world);
        if !world.is_blind(Blindness::Watchdog) {
            alerts.push(watchdog());
        }
        data(&json!({ "alerts": alerts }))
    })
}

async fn query(State(world): Shared) -> Response {
    blind(&world).unwrap_or_else(|| {
        let samples: Vec<Value> = active(&world)
            .iter()
            .map(|alert| json!({ "metric": alert["labels"], "value": [0, "1"] }))
            .collect();
        data(&json!({ "resultType": "vector", "result": samples }))
    })
}

#[derive(Deserialize)]
struct Range {
    start: f64,
    end: f64,
    step: f64,
}

/// A step has a sample of the state that was the last one at its time.
async fn range(State(world): Shared, Query(range): Query<Range>) -> Response {
    if let Some(blind) = blind(&world) {
        return blind;
    }
    let history = recorded(&world);
    let mut result = Vec::new();
    for (alert, state) in [(ALERT, "pending"), (ALERT, "firing"), (OTHER, "firing")] {
        let mut values = Vec::new();
        let mut at = range.start;
        while at <= range.end {
            let mut changes = history.iter().rev();
            let last = changes.find(|(time, name, _)| *name == alert && *time <= at);
            if last.is_some_and(|(_, _, was)| *was == Some(state)) {
                values.push(json!([at, "1"]));
            }
            at += range.step;
        }
        if !values.is_empty() {
            let mut metric = world.labels(alert);
            metric.insert("__name__".to_owned(), "ALERTS".to_owned());
            metric.insert("alertstate".to_owned(), state.to_owned());
            result.push(json!({ "metric": metric, "values": values }));
        }
    }
    data(&json!({ "resultType": "matrix", "result": result }))
}

/// The changes that Prometheus has recorded by now.
fn recorded(world: &World) -> Vec<(f64, &'static str, Option<&'static str>)> {
    if world.manners.forgets {
        return Vec::new();
    }
    let now = super::unix_now();
    let late = world.manners.records_after.as_secs_f64();
    let mut history = world.inner.lock().history.clone();
    history.retain(|(time, ..)| time + late <= now);
    history
}

async fn status() -> Json<Value> {
    Json(json!({ "versionInfo": { "version": "0.25.0" }, "config": { "original": CONFIGURATION } }))
}

async fn held(State(world): Shared) -> Response {
    if world.is_blind(Blindness::Alertmanager) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    // Prometheus sends only what fires.
    let mut alerts = active(&world);
    alerts.retain(|alert| alert["state"] == "firing");
    if world.manners.holds_watchdog {
        alerts.push(watchdog());
    }
    Json(json!(alerts)).into_response()
}

/// Those that were there, and those that were set, by their place in the list.
async fn silences(State(world): Shared) -> Json<Value> {
    let mut all = world
        .manners
        .silences
        .as_array()
        .cloned()
        .unwrap_or_default();
    let set = world.inner.lock().silences.clone();
    for (id, (mut silence, there)) in set.into_iter().enumerate() {
        silence["id"] = json!(id.to_string());
        silence["status"] = json!({ "state": if there { "active" } else { "expired" } });
        all.push(silence);
    }
    Json(json!(all))
}

async fn silence(State(world): Shared, Json(silence): Json<Value>) -> Json<Value> {
    let mut inner = world.inner.lock();
    inner.silences.push((silence, true));
    Json(json!({ "silenceID": (inner.silences.len() - 1).to_string() }))
}

async fn expire(State(world): Shared, Path(id): Path<usize>) -> StatusCode {
    match world.inner.lock().silences.get_mut(id) {
        Some((_, there)) => {
            *there = false;
            StatusCode::OK
        }
        None => StatusCode::NOT_FOUND,
    }
}
