//! `POST /orders`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chassis::Problem;
use chassis::http::observe::LogNote;
use chassis::problem::extract;
use contracts::{NewOrder, Order};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::answers::{Unreadable, invalid, not_written};
use super::{AppState, parameters};
use crate::order;
use crate::store::writer::Placed;
use chassis::problem::Everywhere;

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Place an order
///
/// The order is stored when this is answered 201. With an `Idempotency-Key` it is safe to try
/// again: the same order with the same key, within 24 hours, is stored once and answered the same.
#[utoipa::path(
    post,
    path = "/orders",
    tag = "orders",
    request_body = NewOrder,
    params(parameters::KeyHeader),
    responses(
        (
            status = 201,
            description = "The order is stored",
            body = Order,
            headers(
                ("Location" = String, description = "The order's path"),
                ("Idempotent-Replayed" = String, description = "`true` where an earlier attempt has stored it"),
            )
        ),
        (
            status = 400,
            description = "The body is not JSON, or the key is not valid",
            body = Problem,
            content_type = "application/problem+json"
        ),
        (
            status = 409,
            description = "The key was used for another order",
            body = Problem,
            content_type = "application/problem+json"
        ),
        (
            status = 422,
            description = "Fields are not valid; `errors` names each",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Unreadable,
        Everywhere,
    )
)]
pub(super) async fn place_order(
    State(app): State<AppState>,
    headers: HeaderMap,
    extract::Json(new): extract::Json<NewOrder>,
) -> Result<Response, Problem> {
    let key = parameters::idempotency_key(&headers)?;
    let mut order = order::take(new).map_err(invalid)?;
    if let Some(stickers) = &app.stickers {
        order.sticker = stickers.give(order.id).await;
    }
    match app
        .writer
        .place(Arc::new(order), key)
        .await
        .map_err(not_written)?
    {
        Placed::New(order) => Ok(created(&order)),
        Placed::Replayed(order) => {
            let mut response = created(&order);
            let headers = response.headers_mut();
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
    }
}

fn created(order: &Order) -> Response {
    let location = format!("/orders/{}", order.id);
    (
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Extension(LogNote(format!("order_id={}", order.id))),
        Json(order),
    )
        .into_response()
}
