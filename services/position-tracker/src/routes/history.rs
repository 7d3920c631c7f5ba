//! `GET /vehicles/{name}/history`.

use axum::Json;
use axum::extract::State;
use chassis::Problem;
use chassis::problem::extract::{Path, Query};
use contracts::{History, Position};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::IntoParams;

use super::answers::{no_such_vehicle, store_failed};
use super::{AppState, parameters};
use crate::store::Page;
use chassis::problem::Everywhere;

/// What part of it. Taken as text, so that each wrong parameter is named.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// Only positions of this moment (RFC 3339) and later; or the `next` of an earlier page.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-01-31T12:00:00Z")]
    since: Option<String>,
    /// Positions of one page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Option<String>,
}

/// Where a vehicle was, the oldest first
///
/// History begins as long ago as the service is configured to keep it. Pages are as fast at its end
/// as at its beginning.
#[utoipa::path(
    get,
    path = "/vehicles/{name}/history",
    tag = "history",
    params(
        ("name" = String, Path, description = "The vehicle's name, URL-encoded", example = "City Truck"),
        Part
    ),
    responses(
        (status = 200, description = "A page of positions", body = History),
        (
            status = 400,
            description = "A parameter is not valid; `errors` names it",
            body = Problem,
            content_type = "application/problem+json"
        ),
        (
            status = 404,
            description = "There is no vehicle of this name",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Everywhere,
    )
)]
pub(super) async fn get_history(
    State(app): State<AppState>,
    Path(name): Path<String>,
    Query(part): Query<Part>,
) -> Result<Json<History>, Problem> {
    let since = part.since.as_deref().map(parameters::since).transpose()?;
    let limit = part.limit.as_deref().map(parameters::limit).transpose()?;
    if !app.fleet.knows(&name) {
        return Err(no_such_vehicle());
    }
    let limit = limit.unwrap_or(parameters::DEFAULT_LIMIT);
    let page = Page {
        vehicle: &name,
        since: since.unwrap_or(OffsetDateTime::UNIX_EPOCH),
        // One more than asked for tells whether there is a next page, and where it begins.
        limit: limit + 1,
    };
    let positions = app.store.history(page).await.map_err(store_failed)?;
    Ok(Json(cut(positions, limit as usize)))
}

/// The page, and the moment at which the next one begins.
fn cut(mut positions: Vec<Position>, limit: usize) -> History {
    let next = positions
        .get(limit)
        .map(|first| parameters::cursor_at(first.at));
    positions.truncate(limit);
    History { positions, next }
}
