//! Orders that a customer could have written.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use serde::Serialize;

const CUSTOMERS: [&str; 12] = [
    "Ada",
    "Barbara",
    "Chien-Shiung",
    "Dorothy",
    "Emmy",
    "Frances",
    "Grace",
    "Hedy",
    "Ida",
    "Jean",
    "Katherine",
    "Lise",
];
const STREETS: [&str; 8] = [
    "Main Street",
    "Station Road",
    "Mill Lane",
    "Church Square",
    "Harbour Walk",
    "Park Avenue",
    "Old Bridge",
    "Garden Row",
];
const PIZZAS: [&str; 8] = [
    "margherita",
    "marinara",
    "funghi",
    "diavola",
    "quattro-formaggi",
    "prosciutto",
    "hawaii",
    "capricciosa",
];
const SIZES: [&str; 3] = ["small", "medium", "large"];

#[derive(Serialize)]
struct Order {
    customer: &'static str,
    address: String,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    pizza: &'static str,
    size: &'static str,
    quantity: u32,
}

/// A well-formed order, as JSON.
pub(super) fn body(rng: &mut impl Rng) -> String {
    let order = Order {
        customer: one_of(&CUSTOMERS, rng),
        address: format!(
            "{} {}",
            rng.random_range(1..=120_u32),
            one_of(&STREETS, rng)
        ),
        items: (0..rng.random_range(1..=3_u32))
            .map(|_| item(rng))
            .collect(),
    };
    // Serialising strings and numbers into memory has no way to fail.
    serde_json::to_string(&order).unwrap_or_default()
}

fn item(rng: &mut impl Rng) -> Item {
    Item {
        pizza: one_of(&PIZZAS, rng),
        size: one_of(&SIZES, rng),
        quantity: rng.random_range(1..=3),
    }
}

fn one_of(words: &[&'static str], rng: &mut impl Rng) -> &'static str {
    words.choose(rng).copied().unwrap_or_default()
}
