//! `GET /api/board`, `/api/charts` and `/api/alerts`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chassis::Problem;
use chassis::problem::extract::Query;
use serde::Serialize;
use serde::ser::Serializer;

use super::AppState;
use crate::monitoring::alerts::Alerts;
use crate::monitoring::board::Board;
use crate::monitoring::charts::Charts;
use crate::monitoring::minutes::Asked;
use chassis::problem::Everywhere;

/// One answer for several who ask.
pub(super) struct Shared<T>(Arc<T>);

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The services at a glance
#[utoipa::path(
    get,
    path = "/api/board",
    tag = "monitoring",
    responses((status = 200, description = "The services", body = Board), Everywhere)
)]
pub(super) async fn get_board(State(app): State<AppState>) -> Result<Json<Shared<Board>>, Problem> {
    Ok(Json(Shared(app.monitoring.board().await?)))
}

/// The last minutes as lines
#[utoipa::path(
    get,
    path = "/api/charts",
    tag = "monitoring",
    params(Asked),
    responses(
        (status = 200, description = "The charts", body = Charts),
        (status = 400, description = "A parameter is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Out of range", body = Problem, content_type = "application/problem+json"),
        Everywhere,
    )
)]
pub(super) async fn get_charts(
    State(app): State<AppState>,
    Query(asked): Query<Asked>,
) -> Result<Json<Shared<Charts>>, Problem> {
    Ok(Json(Shared(
        app.monitoring.charts((&asked).try_into()?).await?,
    )))
}

/// What was pending and firing in the last minutes
#[utoipa::path(
    get,
    path = "/api/alerts",
    tag = "monitoring",
    params(Asked),
    responses(
        (status = 200, description = "The alerts", body = Alerts),
        (status = 400, description = "A parameter is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Out of range", body = Problem, content_type = "application/problem+json"),
        Everywhere,
    )
)]
pub(super) async fn get_alerts(
    State(app): State<AppState>,
    Query(asked): Query<Asked>,
) -> Result<Json<Shared<Alerts>>, Problem> {
    Ok(Json(Shared(
        app.monitoring.alerts((&asked).try_into()?).await?,
    )))
}
