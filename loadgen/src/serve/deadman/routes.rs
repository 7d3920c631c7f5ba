//! Where the Watchdog arrives, and where it is told whether it does.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chassis::problem::extract::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Deadman, Health};
use crate::drill::prometheus::is_watchdog;
use crate::serve::inbox::Webhook;

/// How things stand with the monitoring.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct View {
    /// What the Watchdog says.
    pub state: super::State,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// When it last arrived.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_seen: Option<OffsetDateTime>,
    /// How long it may stay away.
    pub limit_seconds: f64,
    /// What Prometheus itself last answered; null where nobody asked.
    pub prometheus: Option<Health>,
    /// What Alertmanager itself last answered; null where nobody asked.
    pub alertmanager: Option<Health>,
}

/// The routes of the switch.
pub fn routes(deadman: Arc<Deadman>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(hear))
        .routes(routes!(tell))
        .with_state(deadman)
}

/// Hears the Watchdog. Drills learn nothing of it.
#[utoipa::path(
    post,
    path = "/alerts/watchdog",
    request_body = Webhook,
    responses((status = 204, description = "Heard"), (status = 422, description = "Not a webhook of Alertmanager"))
)]
async fn hear(State(deadman): State<Arc<Deadman>>, Json(webhook): Json<Webhook>) -> StatusCode {
    let alive = |alert: &crate::serve::inbox::WebhookAlert| {
        alert.status == "firing" && is_watchdog(&alert.labels)
    };
    if webhook.alerts.iter().any(alive) {
        deadman.hear();
    }
    StatusCode::NO_CONTENT
}

/// Whether the monitoring is alive, as seen from outside of it.
#[utoipa::path(get, path = "/alerts/deadman", responses((status = 200, body = View)))]
async fn tell(State(deadman): State<Arc<Deadman>>) -> axum::Json<View> {
    axum::Json(deadman.view())
}
