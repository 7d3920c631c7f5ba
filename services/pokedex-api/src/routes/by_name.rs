//! `GET /pokemon/by-name/{name}`: a handler that adds telemetry of its own to what it gets
//! automatically. `docs/instrumentation.md` walks through it.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chassis::Problem;
use chassis::http::observe::LogNote;
use chassis::problem::extract::Path;
use contracts::Pokemon;
use http::HeaderMap;
use opentelemetry::KeyValue;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::answers::{no_such_pokemon, store_failed};
use super::{AppState, caching, parameters};
use crate::name::NameKey;
use crate::store::StoreError;
use chassis::problem::Everywhere;

/// A Pokémon by its name
///
/// The whole name, in any case: `mr. mime` (as `mr.%20mime`), `farfetch'd`, `nidoran♀`, `flabébé`.
#[utoipa::path(
    get,
    path = "/pokemon/by-name/{name}",
    tag = "pokemon",
    params(
        ("name" = String, Path, description = "The English name", min_length = 1, max_length = 50),
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
            description = "The name is too long, or holds control characters",
            body = Problem,
            content_type = "application/problem+json"
        ),
        (
            status = 404,
            description = "There is no Pokémon of this name",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Everywhere,
    )
)]
pub(super) async fn get_pokemon_by_name(
    State(app): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = parameters::name(&name)?;
    // A span of our own. Attributes whose values come later are declared as empty now. What the
    // client typed is none of them: traces are kept, and read by many.
    let span = info_span!(
        "look up name",
        otel.status_code = Empty,
        pokedex.name.ascii = name.is_ascii(),
        pokedex.pokemon.id = Empty,
    );
    // `instrument` makes it current whenever the future runs, and only then. A guard of
    // `span.enter()` held over an `.await` would put other requests' work into this span.
    let looking = look_up(&app, name, &span).instrument(span.clone());
    let found = looking.await.map_err(store_failed)?;
    let pokemon = found.ok_or_else(no_such_pokemon)?;
    // One more field of the request's log line.
    let note = LogNote(format!("pokemon_id={}", pokemon.id));
    Ok((Extension(note), caching::answer(&pokemon, &headers)).into_response())
}

async fn look_up(app: &AppState, name: &str, span: &Span) -> Result<Option<Pokemon>, StoreError> {
    // Work without an `.await` may run inside of its span as a closure.
    let key = info_span!("fold name").in_scope(|| NameKey::of(name));
    let folded = KeyValue::new("pokedex.name.changed", key.as_str() != name);
    span.add_event("name folded", vec![folded]);
    let found = app.store.find(&key).await;
    match &found {
        Ok(Some(pokemon)) => {
            app.lookups.found.inc();
            // An unsigned number would arrive as text.
            span.record("pokedex.pokemon.id", i64::from(pokemon.id));
        }
        Ok(None) => {
            app.lookups.not_found.inc();
            span.add_event("nothing has this name", Vec::new());
        }
        Err(_) => {
            app.lookups.failed.inc();
            span.record("otel.status_code", "ERROR");
        }
    }
    found
}
