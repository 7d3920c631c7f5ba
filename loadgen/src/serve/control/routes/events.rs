//! `GET /events`.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chassis::http::server::HangUp;
use chassis::http::stream;
use chassis::problem::Problem;

use super::super::Control;

/// What happens, as it happens
///
/// Server-sent events: `drill_started`, `note`, `phase`, `fault_on`, `fault_strikes`, `fault_off`,
/// `restarted`, `alert_pending`, `alert_firing`, `alert_resolved`, `delivered`, `trouble` and
/// `verdict`, each with an id; and once a second, without one, `baseline` (the everyday customers)
/// and `load` (a drill's). `Last-Event-ID` brings what was missed, as far as it is kept; `missed`
/// tells that not all of it is. One that reads too slowly is disconnected.
#[utoipa::path(
    get,
    path = "/events",
    tag = "drills",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard")),
    responses(
        (
            status = 200,
            description = "Events, until the client leaves or the service stops",
            body = String,
            content_type = "text/event-stream"
        ),
        (status = 503, description = "As many as allowed listen", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn listen(
    State(control): State<Control>,
    connection: Option<Extension<HangUp>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let connection = connection.map(|Extension(connection)| connection);
    let listener = control.bus().join(last, connection).ok_or_else(|| {
        Problem::from_status(StatusCode::SERVICE_UNAVAILABLE)
            .detail("as many listeners as allowed are there, or the service is stopping")
            .retry_after(2)
    })?;
    Ok(stream::answer(listener.bytes()))
}
