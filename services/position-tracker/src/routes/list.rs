//! `GET /vehicles`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use contracts::VehicleList;
use http::header;

use super::AppState;
use crate::wire;
use chassis::problem::Everywhere;

/// All vehicles, by name
///
/// Each with its newest position, from memory.
#[utoipa::path(
    get,
    path = "/vehicles",
    tag = "vehicles",
    responses(
        (status = 200, description = "All vehicles", body = VehicleList),
        Everywhere,
    )
)]
pub(super) async fn list_vehicles(State(app): State<AppState>) -> Response {
    let json = wire::fleet(&app.fleet.all());
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
