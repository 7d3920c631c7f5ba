//! `GET /orders`: pages by key, so that the last is as fast as the first.

use axum::Json;
use axum::extract::State;
use chassis::Problem;
use chassis::problem::extract::Query;
use contracts::{OrderPage, OrderStatus};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answers::store_failed;
use super::{AppState, parameters};
use crate::order::id;
use crate::store::Page;
use chassis::problem::Everywhere;

/// What to list. Taken as text, so that each wrong parameter is named.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// Only orders in this status.
    #[param(value_type = Option<OrderStatus>)]
    status: Option<String>,
    /// Only orders after those of an earlier page: its `next`.
    #[param(pattern = "^[0-9a-f]{32}$")]
    after: Option<String>,
    /// Orders of one page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
}

impl Listing {
    fn page(&self) -> Result<Page, Problem> {
        let after = self.after.as_deref().map(parameters::after).transpose()?;
        let limit = self.limit.as_deref().map(parameters::limit).transpose()?;
        Ok(Page {
            status: self.status.as_deref().map(parameters::status).transpose()?,
            before: after.unwrap_or(id::LAST),
            limit: limit.unwrap_or(parameters::DEFAULT_LIMIT),
        })
    }
}

/// Orders, the newest first
#[utoipa::path(
    get,
    path = "/orders",
    tag = "orders",
    params(Listing),
    responses(
        (status = 200, description = "A page of orders", body = OrderPage),
        (
            status = 400,
            description = "A parameter is not valid; `errors` names it",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Everywhere,
    )
)]
pub(super) async fn list_orders(
    State(app): State<AppState>,
    Query(listing): Query<Listing>,
) -> Result<Json<OrderPage>, Problem> {
    let page = listing.page()?;
    // One more than asked for tells whether there is a next page.
    let and_one = Page {
        limit: page.limit + 1,
        ..page
    };
    let mut orders = app.store.list(and_one).await.map_err(store_failed)?;
    let more = orders.len() > page.limit as usize;
    orders.truncate(page.limit as usize);
    let next = orders
        .last()
        .filter(|_| more)
        .map(|last| parameters::cursor_after(last.id));
    Ok(Json(OrderPage { orders, next }))
}
