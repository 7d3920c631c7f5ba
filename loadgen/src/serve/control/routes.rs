//! The routes of scenarios, drills and events.

use axum::middleware;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Control;
use super::access::{Access, guard};

mod drills;
mod events;
mod scenarios;

/// Every route of the desk's own drills. `access` is asked for where something changes.
pub fn router(control: Control, access: Access) -> OpenApiRouter {
    let changing = OpenApiRouter::new()
        .routes(routes!(drills::start))
        .routes(routes!(drills::stop))
        .route_layer(middleware::from_fn_with_state(access, guard));
    OpenApiRouter::new()
        .routes(routes!(scenarios::list))
        .routes(routes!(scenarios::show))
        .routes(routes!(drills::list))
        .routes(routes!(drills::show))
        .routes(routes!(drills::report))
        .routes(routes!(events::listen))
        .merge(changing)
        .with_state(control)
}
