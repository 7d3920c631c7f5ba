//! `POST /orders/{id}/cancel`.

use axum::Json;
use axum::extract::State;
use chassis::Problem;
use chassis::problem::extract::Path;
use contracts::{Order, OrderStatus};
use http::StatusCode;

use super::answers::{no_such_order, not_written};
use super::{AppState, parameters};
use crate::store::Cancelled;
use chassis::problem::Everywhere;

/// Cancel an order
///
/// As long as it is not on its way. Once more does no harm.
#[utoipa::path(
    post,
    path = "/orders/{id}/cancel",
    tag = "orders",
    params(("id" = Uuid, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order is cancelled", body = Order),
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
        (
            status = 409,
            description = "The order is on its way or delivered",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Everywhere,
    )
)]
pub(super) async fn cancel_order(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Order>, Problem> {
    let id = parameters::id(&id)?;
    match app.writer.cancel(id).await.map_err(not_written)? {
        Cancelled::NotFound => Err(no_such_order()),
        Cancelled::Now(order) => Ok(Json(*order)),
        Cancelled::Unchanged(order) => match order.status {
            OrderStatus::Cancelled => Ok(Json(*order)),
            OrderStatus::Placed | OrderStatus::Dispatched | OrderStatus::Delivered => {
                Err(too_late(order.status))
            }
        },
    }
}

fn too_late(status: OrderStatus) -> Problem {
    Problem::new(StatusCode::CONFLICT, "order_not_cancellable")
        .detail(format!("the order is {} already", status.as_str()))
}
