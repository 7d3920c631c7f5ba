//! `GET /api/town`.

use axum::http::header;
use axum::response::IntoResponse;
use chassis::problem::Everywhere;

/// The town's map
///
/// The file that the vans drive by: corners with coordinates in metres from the south-west, streets as
/// lines of corners, the river, the parks and the shop. Houses stand 8 metres apart along a street.
#[utoipa::path(
    get,
    path = "/api/town",
    tag = "site",
    responses((status = 200, description = "The map", body = Object), Everywhere)
)]
pub(super) async fn get_town() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, contracts::town::JSON)
}
