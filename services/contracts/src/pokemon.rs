//! Pokémon, as pokedex-api looks them up and stickers show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The highest national number.
pub const LAST_NUMBER: u16 = 1025;

/// A Pokémon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pokemon {
    /// Its national number.
    #[schema(example = 25, minimum = 1, maximum = 1025)]
    pub id: u16,
    /// Its English name.
    #[schema(example = "Pikachu")]
    pub name: String,
    /// Its types, one or two, the first one first.
    #[schema(example = json!(["Electric"]), min_items = 1, max_items = 2)]
    pub types: Vec<String>,
}

/// Some Pokémon, by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PokemonPage {
    /// The Pokémon.
    pub pokemon: Vec<Pokemon>,
    /// What `after` takes to go on; null at the end.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// The sticker that goes into the box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sticker {
    /// The Pokémon's national number.
    #[schema(example = 25, minimum = 1, maximum = 1025)]
    pub id: u16,
    /// The Pokémon's name.
    #[schema(example = "Pikachu")]
    pub name: String,
}
