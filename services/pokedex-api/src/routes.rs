//! The API. Routes and their OpenAPI document come from the same declarations.

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::metrics::NameLookups;
use crate::store::Store;

mod answers;
mod by_id;
mod by_name;
mod caching;
mod list;
mod parameters;

/// Bytes that a request's body may have. No route takes one.
pub const MAX_BODY_BYTES: usize = 1024;

/// What handlers work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// All Pokémon.
    pub store: Arc<dyn Store>,
    /// Counts what is looked for by name.
    pub lookups: NameLookups,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "pokedex-api",
        description = "Looks a Pokémon up. Every error is `application/problem+json` (RFC 9457); its `code` is a stable \
            word. Answers have an `ETag`, and may be kept for an hour.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(chassis::Problem, chassis::problem::FieldError)),
    tags((name = "pokemon", description = "All 1 025"))
)]
struct Api;

fn declared() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(list::list_pokemon))
        .routes(routes!(by_id::get_pokemon))
        .routes(routes!(by_name::get_pokemon_by_name))
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
