//! `GET /api/vehicles/stream` and `GET /api/events`.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use chassis::Problem;
use chassis::http::server::HangUp;
use chassis::http::stream;

use super::AppState;
use crate::live::Channel;
use chassis::problem::Everywhere;

/// Where vans are, as it comes in
///
/// Server-sent events. `source` says whether the tracker's own stream is open; `vehicles` are all vans,
/// `positions` the newest positions of some. One that reads too slowly is disconnected.
#[utoipa::path(
    get,
    path = "/api/vehicles/stream",
    tag = "live",
    responses(
        (status = 200, description = "Events, until the page leaves", body = String, content_type = "text/event-stream"),
        Everywhere,
    )
)]
pub(super) async fn stream_vehicles(
    State(app): State<AppState>,
    connection: Option<Extension<HangUp>>,
) -> Result<Response, Problem> {
    join(&app.live.vehicles, connection)
}

/// What drills do, as they do it
///
/// Server-sent events, those of loadgen and `source`, which says whether loadgen's own stream is open.
/// They have no ids: a page that comes back asks for the drill, and goes on from there.
#[utoipa::path(
    get,
    path = "/api/events",
    tag = "live",
    responses(
        (status = 200, description = "Events, until the page leaves", body = String, content_type = "text/event-stream"),
        Everywhere,
    )
)]
pub(super) async fn stream_events(
    State(app): State<AppState>,
    connection: Option<Extension<HangUp>>,
) -> Result<Response, Problem> {
    join(&app.live.events, connection)
}

fn join(channel: &Channel, connection: Option<Extension<HangUp>>) -> Result<Response, Problem> {
    let connection = connection.map(|Extension(connection)| connection);
    let listener = channel.streams().join(connection)?;
    // After it has joined, so that between the two nothing is missed.
    Ok(stream::answer(listener.bytes(channel.greeting())))
}
