//! The API. Routes and their OpenAPI document come from the same declarations.

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::sticker::Stickers;
use crate::store::{Store, Writer};

mod answers;
mod cancel;
mod list;
mod menu;
mod parameters;
mod place;
mod read;

/// Bytes that a request's body may have. The largest valid order takes about 4 KiB.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// What handlers work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// For reading.
    pub store: Arc<dyn Store>,
    /// For writing.
    pub writer: Writer,
    /// What goes into the boxes; none where nobody is to be asked.
    pub stickers: Option<Stickers>,
    /// The menu as it is sent.
    pub menu: Arc<menu::MenuPage>,
}

impl AppState {
    /// Handlers over a store and its writer, and what they ask for stickers.
    pub fn new(store: Arc<dyn Store>, writer: Writer, stickers: Option<Stickers>) -> Self {
        Self {
            store,
            writer,
            stickers,
            menu: Arc::new(menu::MenuPage::render()),
        }
    }
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "pizza-service",
        description = "Takes orders. Every error is `application/problem+json` (RFC 9457); its `code` is a stable word. \
            Money is in cents. An order that was answered 201 is stored.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(chassis::Problem, chassis::problem::FieldError)),
    tags(
        (name = "menu", description = "What there is"),
        (name = "orders", description = "What was ordered")
    )
)]
struct Api;

fn declared() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(menu::get_menu))
        .routes(routes!(list::list_orders, place::place_order))
        .routes(routes!(read::get_order))
        .routes(routes!(cancel::cancel_order))
}

/// The API's document.
pub fn openapi() -> OpenApi {
    declared().into_openapi()
}

/// The API's routes, its document among them.
pub fn router(state: AppState) -> Router {
    let (routes, api) = declared().split_for_parts();
    routes
        .with_state(state)
        .merge(chassis::http::docs::router(&api))
}
