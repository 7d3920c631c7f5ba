//! `GET /vehicles/{name}`.

use axum::Json;
use axum::extract::State;
use chassis::Problem;
use chassis::problem::extract::Path;
use contracts::Vehicle;

use super::AppState;
use super::answers::no_such_vehicle;
use chassis::problem::Everywhere;

/// A vehicle
///
/// With its newest position, from memory.
#[utoipa::path(
    get,
    path = "/vehicles/{name}",
    tag = "vehicles",
    params(("name" = String, Path, description = "The vehicle's name, URL-encoded", example = "City Truck")),
    responses(
        (status = 200, description = "The vehicle", body = Vehicle),
        (
            status = 400,
            description = "The name is not UTF-8",
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
pub(super) async fn get_vehicle(
    State(app): State<AppState>,
    Path(name): Path<String>,
) -> Result<Json<Vehicle>, Problem> {
    let position = app.fleet.position(&name).ok_or_else(no_such_vehicle)?;
    Ok(Json(Vehicle { name, position }))
}
