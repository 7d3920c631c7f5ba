//! `GET /pokemon/{id}`: a handler that is traced automatically. There is nothing about telemetry in
//! it, and yet each request has a server span, a database span beneath it, two histograms and a log
//! line. `docs/instrumentation.md` says who makes them.

use axum::extract::State;
use axum::response::Response;
use chassis::Problem;
use chassis::problem::extract::Path;
use contracts::Pokemon;
use http::HeaderMap;

use super::answers::{no_such_pokemon, store_failed};
use super::{AppState, caching, parameters};
use chassis::problem::Everywhere;

/// A Pokémon by its national number
#[utoipa::path(
    get,
    path = "/pokemon/{id}",
    tag = "pokemon",
    params(
        ("id" = u16, Path, description = "The national number", minimum = 1, maximum = 1025),
        caching::TagHeader
    ),
    responses(
        (
            status = 200,
            description = "The Pokémon",
            body = Pokemon,
            headers(
                ("ETag" = String, description = "Changes with the answer"),
                ("Cache-Control" = String, description = "How long the answer may be used without asking"),
            )
        ),
        (status = 304, description = "The client has it already"),
        (
            status = 400,
            description = "The id is not a number",
            body = Problem,
            content_type = "application/problem+json"
        ),
        (
            status = 404,
            description = "There is no Pokémon of this number",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Everywhere,
    )
)]
pub(super) async fn get_pokemon(
    State(app): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = parameters::id(&id)?;
    let found = app.store.get(id).await.map_err(store_failed)?;
    let pokemon = found.ok_or_else(no_such_pokemon)?;
    Ok(caching::answer(&pokemon, &headers))
}
