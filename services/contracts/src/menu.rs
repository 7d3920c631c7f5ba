//! What can be ordered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A pizza of the menu.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "names of pizzas")]
pub enum Pizza {
    Margherita,
    Marinara,
    Funghi,
    Diavola,
    QuattroFormaggi,
    Prosciutto,
    Hawaii,
    Capricciosa,
}

impl Pizza {
    /// All of them, as the menu lists them.
    pub const ALL: [Self; 8] = [
        Self::Margherita,
        Self::Marinara,
        Self::Funghi,
        Self::Diavola,
        Self::QuattroFormaggi,
        Self::Prosciutto,
        Self::Hawaii,
        Self::Capricciosa,
    ];
}

/// A pizza's size.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "sizes")]
pub enum Size {
    Small,
    Medium,
    Large,
}

impl Size {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];
}

/// The menu with its prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Menu {
    /// ISO 4217 code of the currency whose hundredths prices are in.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// What there is.
    pub pizzas: Vec<MenuPizza>,
}

/// One pizza of the menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MenuPizza {
    /// The word to order it by.
    pub pizza: Pizza,
    /// Its name, for people.
    #[schema(example = "Margherita")]
    pub name: String,
    /// What it costs, by size.
    pub sizes: Vec<MenuSize>,
}

/// One size of a pizza of the menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MenuSize {
    /// The size.
    pub size: Size,
    /// What one costs, in cents.
    #[schema(example = 950)]
    pub price_cents: u32,
}
