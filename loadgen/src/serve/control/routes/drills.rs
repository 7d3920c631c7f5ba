//! `/drills`: ordering, watching, stopping.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use chassis::problem::Problem;
use chassis::problem::extract::{Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::run::{Brief, Whole};
use super::super::{Control, Refusal, Run};
use super::scenarios;
use crate::report::html;

/// What to drill.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ordered {
    /// A built-in scenario's name.
    scenario: String,
    /// The seed of arrivals, mix, payloads and ids; the scenario's own where absent.
    #[serde(default)]
    seed: Option<u64>,
}

/// The drills that are remembered.
#[derive(Serialize, ToSchema)]
pub(super) struct Drills {
    /// The newest first.
    drills: Vec<Brief>,
}

/// A report may style itself, and nothing else.
const POLICY: (HeaderName, HeaderValue) = (
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static(
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ),
);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        let problem = match refusal {
            Refusal::Busy(_) => Self::new(StatusCode::CONFLICT, "drill_running"),
            Refusal::Stopping => Self::from_status(StatusCode::SERVICE_UNAVAILABLE),
            Refusal::NoMonitoring(..) | Refusal::NoToken => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "cannot_drill").retry_after(10)
            }
            // Where its file lies is nobody's business; the log has it.
            Refusal::Company(error) => return Self::internal(error),
        };
        problem.detail(detail)
    }
}

/// Begins a drill
///
/// One at a time. The drill goes on by itself; `GET /events` and `GET /drills/{id}` tell how.
#[utoipa::path(
    post,
    path = "/drills",
    tag = "drills",
    request_body = Ordered,
    responses(
        (status = 202, description = "It begins", body = Brief, headers(("Location" = String, description = "Where the drill is"))),
        (status = 400, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A token is asked for", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No scenario of that name", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A drill is running, here or elsewhere", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not an order", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "No monitoring to judge, or no faults to be had", body = Problem, content_type = "application/problem+json")
    ),
    security((), ("bearer" = []))
)]
pub(super) async fn start(
    State(control): State<Control>,
    Json(ordered): Json<Ordered>,
) -> Result<impl IntoResponse, Problem> {
    let scenario = scenarios::named(&ordered.scenario)?;
    let run = control.begin(scenario, ordered.seed)?;
    let location = [(header::LOCATION, format!("/drills/{}", run.id()))];
    Ok((StatusCode::ACCEPTED, location, axum::Json(run.brief())))
}

/// The drill that runs, and the last ones
#[utoipa::path(
    get,
    path = "/drills",
    tag = "drills",
    responses((status = 200, body = Drills))
)]
pub(super) async fn list(State(control): State<Control>) -> axum::Json<Drills> {
    let runs = control.runs();
    axum::Json(Drills {
        drills: runs.iter().map(|run| run.brief()).collect(),
    })
}

/// One drill: what happened so far, and its record once it is over
#[utoipa::path(
    get,
    path = "/drills/{id}",
    tag = "drills",
    params(("id" = Uuid, Path, description = "Its id")),
    responses(
        (status = 200, body = Whole),
        (status = 400, description = "Not an id", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No drill of that id is remembered", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    State(control): State<Control>,
    Path(id): Path<Uuid>,
) -> Result<axum::Json<Whole>, Problem> {
    Ok(axum::Json(known(&control, id)?.whole()))
}

/// Stops a drill
///
/// Its faults are taken back; the drill is over when that is done.
#[utoipa::path(
    delete,
    path = "/drills/{id}",
    tag = "drills",
    params(("id" = Uuid, Path, description = "Its id")),
    responses(
        (status = 202, description = "It stops", body = Brief),
        (status = 400, description = "Not an id", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A token is asked for", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No drill of that id is remembered", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is over already", body = Problem, content_type = "application/problem+json")
    ),
    security((), ("bearer" = []))
)]
pub(super) async fn stop(
    State(control): State<Control>,
    Path(id): Path<Uuid>,
) -> Result<impl IntoResponse, Problem> {
    let run = known(&control, id)?;
    if run.stop() {
        Ok((StatusCode::ACCEPTED, axum::Json(run.brief())))
    } else {
        Err(Problem::new(StatusCode::CONFLICT, "drill_over").detail("this drill is over already"))
    }
}

/// One drill's report, as a page
#[utoipa::path(
    get,
    path = "/drills/{id}/report.html",
    tag = "drills",
    params(("id" = Uuid, Path, description = "Its id")),
    responses(
        (status = 200, body = String, content_type = "text/html"),
        (status = 400, description = "Not an id", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No drill of that id is remembered", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is not over", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn report(
    State(control): State<Control>,
    Path(id): Path<Uuid>,
) -> Result<impl IntoResponse, Problem> {
    let record = known(&control, id)?.record().ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "drill_running")
            .detail("there is no report before the drill is over")
    })?;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    Ok((
        [POLICY, (header::CONTENT_TYPE, html)],
        html::render(&record),
    ))
}

fn known(control: &Control, id: Uuid) -> Result<std::sync::Arc<Run>, Problem> {
    control.run(id).ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, "drill_not_found")
            .detail("no drill of that id is remembered")
    })
}
