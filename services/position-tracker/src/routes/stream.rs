//! `GET /vehicles/stream`.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use chassis::Problem;
use chassis::http::server::HangUp;
use chassis::http::stream;

use super::AppState;
use crate::event;
use chassis::problem::Everywhere;

/// Positions as they come in
///
/// Server-sent events. The first is `vehicles`: all vehicles, as `GET /vehicles` answers. Each
/// further one is `positions`, in the same form: positions that have become their vehicle's newest,
/// the oldest first, a vehicle perhaps several times. The first may be repeated in the second: go by
/// `position.at`. A comment now and then shows that the stream lives.
///
/// Events have no ids, and `Last-Event-ID` means nothing: a client that comes back begins with all
/// vehicles again, and finds what it missed in their history. One that reads too slowly is
/// disconnected.
#[utoipa::path(
    get,
    path = "/vehicles/stream",
    tag = "vehicles",
    responses(
        (
            status = 200,
            description = "Events, until the client leaves or the service stops",
            body = String,
            content_type = "text/event-stream"
        ),
        Everywhere,
    )
)]
pub(super) async fn stream_vehicles(
    State(app): State<AppState>,
    connection: Option<Extension<HangUp>>,
) -> Result<Response, Problem> {
    let connection = connection.map(|Extension(connection)| connection);
    let listener = app.streams.join(connection)?;
    // After it has joined, so that between the two nothing is missed.
    let greeting = event::vehicles(&app.fleet.all());
    Ok(stream::answer(listener.bytes(greeting)))
}
