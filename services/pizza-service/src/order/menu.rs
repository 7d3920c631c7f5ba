//! What there is, and what it costs.

use contracts::{Menu, MenuPizza, MenuSize, Pizza, Size};

/// What one pizza costs, in cents.
pub const fn price_cents(pizza: Pizza, size: Size) -> u32 {
    let medium = match pizza {
        Pizza::Margherita => 950,
        Pizza::Marinara => 850,
        Pizza::Funghi => 1050,
        Pizza::Diavola => 1150,
        Pizza::QuattroFormaggi => 1250,
        Pizza::Prosciutto => 1175,
        Pizza::Hawaii => 1100,
        Pizza::Capricciosa => 1200,
    };
    match size {
        Size::Small => medium - 200,
        Size::Medium => medium,
        Size::Large => medium + 300,
    }
}

/// The name of a pizza, for people.
const fn name(pizza: Pizza) -> &'static str {
    match pizza {
        Pizza::Margherita => "Margherita",
        Pizza::Marinara => "Marinara",
        Pizza::Funghi => "Funghi",
        Pizza::Diavola => "Diavola",
        Pizza::QuattroFormaggi => "Quattro formaggi",
        Pizza::Prosciutto => "Prosciutto",
        Pizza::Hawaii => "Hawaii",
        Pizza::Capricciosa => "Capricciosa",
    }
}

/// The whole menu.
pub fn menu() -> Menu {
    Menu {
        currency: "EUR".to_owned(),
        pizzas: Pizza::ALL.into_iter().map(entry).collect(),
    }
}

fn entry(pizza: Pizza) -> MenuPizza {
    let sizes = Size::ALL.into_iter().map(|size| MenuSize {
        size,
        price_cents: price_cents(pizza, size),
    });
    MenuPizza {
        pizza,
        name: name(pizza).to_owned(),
        sizes: sizes.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pizza_is_there_in_every_size_and_a_larger_one_costs_more() {
        let menu = menu();
        assert_eq!(menu.pizzas.len(), Pizza::ALL.len());
        for pizza in menu.pizzas {
            let prices: Vec<_> = pizza.sizes.iter().map(|size| size.price_cents).collect();
            assert_eq!(prices.len(), Size::ALL.len(), "{}", pizza.name);
            assert!(
                prices.is_sorted_by(|a, b| a < b),
                "{}: {prices:?}",
                pizza.name
            );
        }
    }
}
