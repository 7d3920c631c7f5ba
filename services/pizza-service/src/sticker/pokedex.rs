//! Stickers from pokedex-api.

use async_trait::async_trait;
use chassis::http::client::{CallError, Neighbour};
use contracts::{Pokemon, Sticker};
use http::StatusCode;

use super::{Miss, Source};

/// Its name among the services.
pub const NAME: &str = "pokedex-api";

/// The neighbour that knows all Pokémon.
#[derive(Clone, Debug)]
pub struct Pokedex(Neighbour);

impl Pokedex {
    /// Asks this neighbour, whose own limit is for one call.
    pub const fn new(neighbour: Neighbour) -> Self {
        Self(neighbour)
    }
}

#[async_trait]
impl Source for Pokedex {
    async fn sticker(&self, number: u16) -> Result<Sticker, Miss> {
        let path = format!("/pokemon/{number}");
        let answer = self.0.get("/pokemon/{id}", &path).await;
        let pokemon: Pokemon = answer.map_err(|error| miss(&error))?;
        Ok(Sticker {
            id: pokemon.id,
            name: pokemon.name,
        })
    }
}

fn miss(error: &CallError) -> Miss {
    match error {
        CallError::Timeout => Miss::Timeout,
        CallError::Status(status) if is_an_answer(*status) => Miss::Absent,
        CallError::Status(_) | CallError::Unreachable(_) | CallError::Unreadable(_) => Miss::Failed,
    }
}

/// It says no, but it is well.
fn is_an_answer(status: StatusCode) -> bool {
    status.is_client_error()
        && status != StatusCode::TOO_MANY_REQUESTS
        && status != StatusCode::REQUEST_TIMEOUT
}
