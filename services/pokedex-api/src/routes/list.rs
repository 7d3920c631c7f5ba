//! `GET /pokemon`: pages by key.

use axum::extract::State;
use axum::response::Response;
use chassis::Problem;
use chassis::problem::extract::Query;
use contracts::PokemonPage;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;

use super::answers::store_failed;
use super::{AppState, caching, parameters};
use crate::name::NameKey;
use crate::store::Page;
use chassis::problem::Everywhere;

/// What to list. Taken as text, so that each wrong parameter is named.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// Only those whose name contains this, in any case: `saur`, `Mr.`.
    #[param(min_length = 1, max_length = 50)]
    name: Option<String>,
    /// Only those after an earlier page: its `next`.
    #[param(pattern = "^[1-9][0-9]{0,4}$")]
    after: Option<String>,
    /// Pokémon of one page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
}

impl Listing {
    fn page(&self) -> Result<Page, Problem> {
        let name = self.name.as_deref().map(parameters::name).transpose()?;
        let after = self.after.as_deref().map(parameters::after).transpose()?;
        let limit = self.limit.as_deref().map(parameters::limit).transpose()?;
        Ok(Page {
            name: name.map(NameKey::of),
            after: after.unwrap_or(0),
            limit: limit.unwrap_or(parameters::DEFAULT_LIMIT),
        })
    }
}

/// Pokémon, by number
#[utoipa::path(
    get,
    path = "/pokemon",
    tag = "pokemon",
    params(Listing, caching::TagHeader),
    responses(
        (
            status = 200,
            description = "A page of Pokémon",
            body = PokemonPage,
            headers(
                ("ETag" = String, description = "Changes with the answer"),
                ("Cache-Control" = String, description = "How long the answer may be used without asking"),
            )
        ),
        (status = 304, description = "The client has it already"),
        (
            status = 400,
            description = "A parameter is not valid; `errors` names it",
            body = Problem,
            content_type = "application/problem+json"
        ),
        Everywhere,
    )
)]
pub(super) async fn list_pokemon(
    State(app): State<AppState>,
    Query(listing): Query<Listing>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let page = listing.page()?;
    let limit = page.limit as usize;
    // One more than asked for tells whether there is a next page.
    let and_one = Page {
        limit: page.limit + 1,
        ..page
    };
    let mut pokemon = app.store.list(&and_one).await.map_err(store_failed)?;
    let more = pokemon.len() > limit;
    pokemon.truncate(limit);
    let next = pokemon
        .last()
        .filter(|_| more)
        .map(|last| last.id.to_string());
    Ok(caching::answer(&PokemonPage { pokemon, next }, &headers))
}
