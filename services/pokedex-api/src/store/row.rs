//! Rows of either database.

use contracts::Pokemon;
use sqlx::FromRow;

/// A query for Pokémon, from its `WHERE` on.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, name, type_1, type_2 FROM pokemon WHERE ",
            $where
        )
    };
}

pub(super) use select;

#[derive(Debug, FromRow)]
pub(super) struct PokemonRow {
    id: i32,
    name: String,
    type_1: String,
    type_2: Option<String>,
}

impl TryFrom<PokemonRow> for Pokemon {
    type Error = sqlx::Error;

    fn try_from(row: PokemonRow) -> Result<Self, sqlx::Error> {
        let id = row.id.try_into();
        Ok(Self {
            id: id.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            name: row.name,
            types: std::iter::once(row.type_1).chain(row.type_2).collect(),
        })
    }
}
