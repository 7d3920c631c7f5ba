//! The pages' own interface. Routes and their OpenAPI document come from the same declarations, those
//! of the gateway from its table.

use axum::Router;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::LinksConfig;
use crate::gateway::{self, table};
use crate::live::Live;
use crate::monitoring::Monitoring;
use crate::neighbours::Neighbours;
use crate::pages;

mod monitoring;
mod site;
mod streams;
mod town;

/// What handlers work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Where requests are passed on to.
    pub neighbours: Neighbours,
    /// What happens.
    pub live: Live,
    /// What is known.
    pub monitoring: Monitoring,
    /// What is linked to.
    pub links: LinksConfig,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ui",
        description = "What the shop window and the control room ask for. Every error is `application/problem+json` \
            (RFC 9457); its `code` is a stable word: `neighbour_unavailable` where the service behind a route does not \
            answer, `no_monitoring` where no Prometheus is configured.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(chassis::Problem, chassis::problem::FieldError)),
    tags(
        (name = "site", description = "What the pages stand on"),
        (name = "monitoring", description = "What the monitoring knows"),
        (name = "live", description = "What happens as it happens"),
        (name = "gateway", description = "Passed on to a service")
    )
)]
struct Api;

fn declared() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(site::get_site))
        .routes(routes!(town::get_town))
        .routes(routes!(monitoring::get_board))
        .routes(routes!(monitoring::get_charts))
        .routes(routes!(monitoring::get_alerts))
        .routes(routes!(streams::stream_vehicles))
        .routes(routes!(streams::stream_events))
}

/// The API's document.
pub fn openapi() -> OpenApi {
    let mut api = declared().into_openapi();
    table::describe(&mut api);
    api
}

/// Everything: the pages, and what they ask for.
pub fn router(state: AppState) -> Router {
    let (routes, _) = declared().split_for_parts();
    let gateway = gateway::router(&state.neighbours);
    routes
        .with_state(state)
        .merge(gateway)
        .merge(pages::router())
        .merge(chassis::http::docs::router(&openapi()))
}
