//! `GET /scenarios`: the catalogue.

use axum::http::StatusCode;
use chassis::problem::Problem;
use chassis::problem::extract::Path;
use serde::Serialize;
use utoipa::ToSchema;

use crate::drill::prometheus::Labels;
use crate::scenario::{self, Scenario, built_in, built_ins};

/// The catalogue.
#[derive(Serialize, ToSchema)]
pub(super) struct Catalogue {
    /// What must fire first, then what must stay silent.
    scenarios: Vec<Summary>,
}

/// A scenario.
#[derive(Serialize, ToSchema)]
struct Summary {
    name: String,
    /// One line.
    #[serde(rename = "summary")]
    line: String,
    /// What a viewer learns.
    teaches: String,
    /// How long the phases last together, at demo speed.
    duration_s: f64,
    phases: Vec<PhaseSummary>,
    faults: Vec<FaultSummary>,
    /// Alerts that must fire.
    expects: Vec<AlertSummary>,
    /// Whether no alert at all may fire.
    stays_silent: bool,
}

/// A phase of the load.
#[derive(Serialize, ToSchema)]
struct PhaseSummary {
    name: String,
    lasts_s: f64,
}

/// Something that is broken for a while.
#[derive(Serialize, ToSchema)]
struct FaultSummary {
    service: String,
    kind: String,
    from_s: f64,
    lasts_s: f64,
}

/// An alert that must fire.
#[derive(Serialize, ToSchema)]
struct AlertSummary {
    alert: String,
    /// Labels that it must have.
    labels: Labels,
}

/// A scenario and its file.
#[derive(Serialize, ToSchema)]
pub(super) struct Detail {
    #[serde(flatten)]
    summary: Summary,
    /// The file, as `loadgen show` prints it.
    toml: &'static str,
}

impl From<&Scenario> for Summary {
    fn from(scenario: &Scenario) -> Self {
        let phases = scenario.phases.iter().map(|phase| PhaseSummary {
            name: phase.name.clone(),
            lasts_s: phase.lasts.get().as_secs_f64(),
        });
        let faults = scenario.faults.iter().map(|fault| FaultSummary {
            service: fault.service.clone(),
            kind: fault.kind.clone(),
            from_s: fault.from.get().as_secs_f64(),
            lasts_s: fault.lasts.get().as_secs_f64(),
        });
        let expects = scenario.expect.fires.iter().map(|fires| AlertSummary {
            alert: fires.alert.clone(),
            labels: fires.labels.clone(),
        });
        Self {
            name: scenario.name.clone(),
            line: scenario.summary.clone(),
            teaches: scenario.teaches.clone(),
            duration_s: scenario.duration().as_secs_f64(),
            phases: phases.collect(),
            faults: faults.collect(),
            expects: expects.collect(),
            stays_silent: scenario.expect.fires.is_empty() && scenario.expect.allows.is_empty(),
        }
    }
}

/// Every built-in scenario
#[utoipa::path(
    get,
    path = "/scenarios",
    tag = "scenarios",
    responses((status = 200, body = Catalogue))
)]
pub(super) async fn list() -> Result<axum::Json<Catalogue>, Problem> {
    let each = built_ins().iter().map(|built_in| parsed(built_in.name));
    let summaries = each.map(|scenario| scenario.as_ref().map(Summary::from).map_err(Clone::clone));
    Ok(axum::Json(Catalogue {
        scenarios: summaries.collect::<Result<_, _>>()?,
    }))
}

/// One scenario, with its file
#[utoipa::path(
    get,
    path = "/scenarios/{name}",
    tag = "scenarios",
    params(("name" = String, Path, description = "Its name")),
    responses(
        (status = 200, body = Detail),
        (status = 404, description = "No scenario of that name", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(Path(name): Path<String>) -> Result<axum::Json<Detail>, Problem> {
    let built_in = built_in(&name).ok_or_else(unknown)?;
    Ok(axum::Json(Detail {
        summary: (&parsed(built_in.name)?).into(),
        toml: built_in.toml,
    }))
}

/// The built-in scenario of that name. Files are not looked at, whatever the name looks like.
pub(super) fn named(name: &str) -> Result<Scenario, Problem> {
    parsed(built_in(name).ok_or_else(unknown)?.name)
}

fn parsed(name: &str) -> Result<Scenario, Problem> {
    // A built-in scenario that is wrong is our mistake; a test finds it.
    scenario::load(name).map_err(Problem::internal)
}

fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "scenario_not_found")
        .detail("there is no scenario of that name; GET /scenarios lists them")
}
