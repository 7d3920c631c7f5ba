//! The routes: Alertmanager writes notifications, drills read them and take their turn.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use chassis::problem::Problem;
use chassis::problem::extract::{Json, Path, Query};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::inbox::{Inbox, Notifications, Webhook};
use super::lease::Lease;

/// The longest time that a lease may be asked for at once, seconds.
const LONGEST_LEASE_S: u64 = 300;

/// Every route.
pub fn router(inbox: Arc<Inbox>, lease: Arc<Lease>) -> OpenApiRouter {
    let leases = OpenApiRouter::new()
        .routes(routes!(take_lease))
        .routes(routes!(release_lease))
        .with_state(lease);
    webhooks(inbox).merge(leases)
}

/// The routes of the inbox alone.
pub fn webhooks(inbox: Arc<Inbox>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(receive))
        .routes(routes!(notifications))
        .with_state(inbox)
}

/// Takes in what Alertmanager sends.
#[utoipa::path(
    post,
    path = "/alerts/webhook",
    request_body = Webhook,
    responses((status = 204, description = "Taken in"), (status = 422, description = "Not a webhook of Alertmanager"))
)]
async fn receive(State(inbox): State<Arc<Inbox>>, Json(webhook): Json<Webhook>) -> StatusCode {
    inbox.put(webhook, OffsetDateTime::now_utc());
    StatusCode::NO_CONTENT
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Since {
    /// The number after which to begin.
    #[serde(default)]
    since: u64,
}

/// What arrived after a number.
#[utoipa::path(
    get,
    path = "/alerts/notifications",
    params(Since),
    responses((status = 200, body = Notifications), (status = 400, description = "Not a number"))
)]
async fn notifications(
    State(inbox): State<Arc<Inbox>>,
    Query(since): Query<Since>,
) -> axum::Json<Notifications> {
    axum::Json(inbox.since(since.since))
}

/// A turn, as it is asked for and as it is given.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Turn {
    /// Which drill.
    drill_id: String,
    /// How long, unless it is renewed.
    #[schema(minimum = 1, maximum = 300)]
    ttl_seconds: u64,
}

/// Takes the turn for a drill, or renews it. The everyday customers pause while it is held.
#[utoipa::path(
    put,
    path = "/lease",
    request_body = Turn,
    responses(
        (status = 200, body = Turn),
        (status = 409, description = "Another drill has the turn"),
        (status = 422, description = "Not a turn")
    )
)]
async fn take_lease(
    State(lease): State<Arc<Lease>>,
    Json(turn): Json<Turn>,
) -> Result<axum::Json<Turn>, Problem> {
    if turn.drill_id.is_empty() || turn.drill_id.len() > 100 {
        return Err(Problem::invalid(
            "drill_id",
            "must have 1 to 100 characters",
        ));
    }
    if !(1..=LONGEST_LEASE_S).contains(&turn.ttl_seconds) {
        return Err(Problem::invalid(
            "ttl_seconds",
            format!("must be from 1 to {LONGEST_LEASE_S}"),
        ));
    }
    match lease.take(&turn.drill_id, Duration::from_secs(turn.ttl_seconds)) {
        Ok(()) => Ok(axum::Json(turn)),
        Err(holder) => {
            let problem = Problem::new(StatusCode::CONFLICT, "lease_held");
            Err(problem.detail(format!("drill {holder} has the turn")))
        }
    }
}

/// Gives the turn back.
#[utoipa::path(
    delete,
    path = "/lease/{drill_id}",
    params(("drill_id" = String, Path, description = "Which drill")),
    responses((status = 204, description = "Given back"), (status = 404, description = "That drill does not have it"))
)]
async fn release_lease(
    State(lease): State<Arc<Lease>>,
    Path(drill_id): Path<String>,
) -> Result<StatusCode, Problem> {
    if lease.release(&drill_id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::from_status(StatusCode::NOT_FOUND).detail("that drill does not have the turn"))
    }
}
