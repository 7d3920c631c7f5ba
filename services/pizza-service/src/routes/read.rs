//! `GET /orders/{id}`.

use axum::Json;
use axum::extract::State;
use chassis::Problem;
use chassis::problem::extract::Path;
use contracts::Order;

use super::answers::{no_such_order, store_failed};
use super::{AppState, parameters};
use chassis::problem::Everywhere;

/// An order
#[utoipa::path(
    get,
    path = "/orders/{id}",
    tag = "orders",
    params(("id" = Uuid, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order", body = Order),
        (
            status = 400,
            description = "The id is not a UUID",
            body = Problem,
            content_type = "application/problem+json"
        ),
        (
            status = 404,
            description = "There is no order of this id",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Everywhere,
    )
)]
pub(super) async fn get_order(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Order>, Problem> {
    let id = parameters::id(&id)?;
    let order = app.store.get(id).await.map_err(store_failed)?;
    order.map(Json).ok_or_else(no_such_order)
}
