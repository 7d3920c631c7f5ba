//! The API. Routes and their OpenAPI document come from the same declarations.

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::fleet::Fleet;
use crate::store::Store;
use chassis::http::stream::Streams;

mod answers;
mod history;
mod list;
mod parameters;
mod read;
mod stream;

/// Bytes that a request's body may have. No route takes one.
pub const MAX_BODY_BYTES: usize = 1024;

/// What handlers work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Where vehicles are.
    pub fleet: Fleet,
    /// Where they were.
    pub store: Arc<dyn Store>,
    /// Who hears of it.
    pub streams: Streams,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "position-tracker",
        description = "Knows where each van is and was. Every error is `application/problem+json` (RFC 9457); its `code` \
            is a stable word. A vehicle's name may hold blanks and any other character but control characters: encode it \
            in URLs, `/vehicles/City%20Truck`, its slashes too. The one name that is a route's word is reached by \
            encoding a letter of it: `/vehicles/%73tream` is the vehicle named `stream`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(chassis::Problem, chassis::problem::FieldError)),
    tags(
        (name = "vehicles", description = "Where vehicles are"),
        (name = "history", description = "Where they were")
    )
)]
struct Api;

fn declared() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(list::list_vehicles))
        // Before routing nothing of a path is decoded: this matches the word as it stands, and
        // nothing else that means the same.
        .routes(routes!(stream::stream_vehicles))
        .routes(routes!(read::get_vehicle))
        .routes(routes!(history::get_history))
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
