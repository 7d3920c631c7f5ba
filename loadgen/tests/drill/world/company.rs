//! What pizza-service and its telemetry port answer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::State as World;

type Shared = State<Arc<World>>;

pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/menu", get(visit))
        .route("/orders", post(order).get(visit))
        .route("/orders/{id}", get(visit))
        .route(
            "/metrics",
            get(|| async { "process_start_time_seconds 1767225600.5\n" }),
        )
        .route("/faults", get(list).delete(take_back))
        .route("/faults/{kind}", put(break_it).delete(take_back))
}

/// Every visit by a drill counts, and is struck while a fault is active.
fn count(world: &World, headers: &HeaderMap) -> StatusCode {
    let mut inner = world.inner.lock();
    let Some(drill) = headers.get("x-drill-id").and_then(|id| id.to_str().ok()) else {
        return StatusCode::OK;
    };
    *inner.visits.entry(drill.to_owned()).or_default() += 1;
    match &mut inner.fault {
        Some((_, _, strikes)) if world.manners.strikes => {
            *strikes += 1;
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::OK,
    }
}

async fn visit(State(world): Shared, headers: HeaderMap) -> StatusCode {
    count(&world, &headers)
}

async fn order(State(world): Shared, headers: HeaderMap) -> Response {
    match count(&world, &headers) {
        StatusCode::OK => (
            StatusCode::CREATED,
            [("location", "/orders/1")],
            Json(json!({ "id": "1" })),
        )
            .into_response(),
        failed => failed.into_response(),
    }
}

fn refused(world: &World, headers: &HeaderMap) -> Option<Response> {
    if headers
        .get("authorization")
        .is_none_or(|token| token != "Bearer sesame")
    {
        return Some(StatusCode::UNAUTHORIZED.into_response());
    }
    let status = StatusCode::from_u16(world.manners.faults_status).expect("a status");
    (status != StatusCode::OK).then(|| status.into_response())
}

fn listing(world: &World) -> Value {
    let fault = world.inner.lock().fault.clone();
    let listed: Vec<Value> = fault
        .into_iter()
        .map(|(kind, until, strikes)| {
            json!({ "kind": kind, "parameters": {}, "strikes": strikes,
                    "remaining_seconds": (until - Instant::now()).as_secs_f64() })
        })
        .collect();
    json!({ "faults": listed })
}

async fn list(State(world): Shared, headers: HeaderMap) -> Response {
    refused(&world, &headers).unwrap_or_else(|| Json(listing(&world)).into_response())
}

async fn break_it(
    State(world): Shared,
    headers: HeaderMap,
    Path(kind): Path<String>,
    Json(body): Json<Value>,
) -> Response {
    refused(&world, &headers).unwrap_or_else(|| {
        let ttl = body["ttl_seconds"].as_f64().expect("a time to live");
        let mut inner = world.inner.lock();
        inner.fault = Some((
            kind.clone(),
            Instant::now() + Duration::from_secs_f64(ttl),
            0,
        ));
        inner.put.push((kind, ttl));
        drop(inner);
        Json(listing(&world)["faults"][0].clone()).into_response()
    })
}

async fn take_back(State(world): Shared, headers: HeaderMap) -> Response {
    if world.manners.clings {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    refused(&world, &headers).unwrap_or_else(|| {
        let listed = listing(&world);
        world.inner.lock().fault = None;
        Json(listed).into_response()
    })
}
