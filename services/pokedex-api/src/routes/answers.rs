//! How errors become answers.

use chassis::Problem;
use http::StatusCode;

use crate::store::StoreError;

/// There is no such Pokémon.
pub(super) fn no_such_pokemon() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "pokemon_not_found").detail("there is no such Pokémon")
}

/// A store's failure, for `map_err`.
pub(super) fn store_failed(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(cause) => Problem::unavailable("store_unavailable", cause)
            .detail("the Pokémon cannot be reached now"),
        StoreError::Unreadable(cause) => Problem::internal(cause),
    }
}
