//! `GET /api/site`.

use axum::Json;
use axum::extract::State;
use chassis::problem::Everywhere;
use chassis::telemetry::build;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::AppState;

/// What the pages stand on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Site {
    /// The version of this program.
    version: &'static str,
    /// The revision that it was built from.
    revision: &'static str,
    /// Whether a Prometheus is configured.
    monitoring: bool,
    /// Pages of others. Null where there is none.
    links: Links,
}

#[derive(Debug, Serialize, ToSchema)]
struct Links {
    #[schema(required = true, value_type = Option<String>)]
    prometheus: Option<Url>,
    #[schema(required = true, value_type = Option<String>)]
    grafana: Option<Url>,
    #[schema(required = true, value_type = Option<String>)]
    jaeger: Option<Url>,
}

/// What the pages stand on
#[utoipa::path(
    get,
    path = "/api/site",
    tag = "site",
    responses((status = 200, description = "It", body = Site), Everywhere)
)]
pub(super) async fn get_site(State(app): State<AppState>) -> Json<Site> {
    Json(Site {
        version: build::VERSION,
        revision: build::REVISION,
        monitoring: app.monitoring.has_prometheus(),
        links: Links {
            prometheus: app.links.prometheus_url.clone(),
            grafana: app.links.grafana_url.clone(),
            jaeger: app.links.jaeger_url,
        },
    })
}
