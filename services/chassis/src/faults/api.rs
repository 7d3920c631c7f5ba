//! `/faults` on the telemetry port. Without a token configured it is not there.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use http::StatusCode;
use serde::de::IntoDeserializer as _;
use serde::{Deserialize as _, Serialize};
use serde_json::{Map, Value};

use super::{Fault, Faults, Kind, Listed, MAX_TTL};
use crate::http::bearer;
use crate::problem::Problem;
use crate::problem::extract::{Json, Path};

/// What is in force, or what was taken back.
#[derive(Debug, Serialize)]
struct Listing {
    faults: Vec<Listed>,
}

/// The routes, behind the token.
pub(crate) fn router(faults: Faults) -> Router {
    Router::new()
        .route("/faults", get(list).delete(take_back_all))
        .route("/faults/{kind}", put(put_in_force).delete(take_back))
        .layer(middleware::from_fn_with_state(faults.clone(), guard))
        .with_state(faults)
}

async fn guard(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let Some(token) = &faults.0.token else {
        return Problem::from_status(StatusCode::NOT_FOUND).into_response();
    };
    if bearer::carries(request.headers(), token) {
        return next.run(request).await;
    }
    bearer::refusal()
}

async fn list(State(faults): State<Faults>) -> axum::Json<Listing> {
    axum::Json(Listing {
        faults: faults.list(),
    })
}

async fn put_in_force(
    State(faults): State<Faults>,
    Path(kind): Path<String>,
    Json(mut body): Json<Map<String, Value>>,
) -> Result<axum::Json<Listed>, Problem> {
    let kind = kind_named(&kind)?;
    let ttl = ttl(body.shift_remove("ttl_seconds").as_ref())?;
    let fault =
        Fault::of(kind, body).map_err(|error| Problem::invalid("body", error.to_string()))?;
    fault
        .check()
        .map_err(|(field, message)| Problem::invalid(field, message))?;
    Ok(axum::Json(faults.put(fault, ttl)))
}

async fn take_back_all(State(faults): State<Faults>) -> axum::Json<Listing> {
    axum::Json(Listing {
        faults: faults.take_back(None),
    })
}

async fn take_back(
    State(faults): State<Faults>,
    Path(kind): Path<String>,
) -> Result<axum::Json<Listing>, Problem> {
    let kind = kind_named(&kind)?;
    Ok(axum::Json(Listing {
        faults: faults.take_back(Some(kind)),
    }))
}

fn kind_named(name: &str) -> Result<Kind, Problem> {
    let name = name.into_deserializer();
    Kind::deserialize(name).map_err(|_: serde::de::value::Error| {
        Problem::from_status(StatusCode::NOT_FOUND).detail("there is no fault of this kind")
    })
}

fn ttl(value: Option<&Value>) -> Result<Duration, Problem> {
    let seconds = value
        .and_then(Value::as_f64)
        .ok_or_else(|| Problem::invalid("ttl_seconds", "is required: a number of seconds"))?;
    if seconds > 0.0 && seconds <= MAX_TTL.as_secs_f64() {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(Problem::invalid(
            "ttl_seconds",
            "must be above 0 and at most 3600",
        ))
    }
}
