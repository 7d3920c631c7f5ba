//! From what a customer sent to an order that can be stored.

use contracts::order::{MAX_ITEMS, MAX_QUANTITY, MAX_TEXT_CHARACTERS};
use contracts::{Item, NewItem, NewOrder, Order, OrderStatus};

use super::{id, menu};

/// What is wrong with an order, field by field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the order has fields that are not valid")]
pub struct Invalid(pub Vec<Wrong>);

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its path: `items[0].quantity`.
    pub field: String,
    /// What it must be.
    pub message: String,
}

/// Checks and prices an order, and gives it its id. It has no sticker yet.
///
/// # Errors
/// All fields that are wrong, not only the first.
pub fn take(new: NewOrder) -> Result<Order, Invalid> {
    let wrong = check(&new);
    if !wrong.is_empty() {
        return Err(Invalid(wrong));
    }
    let items: Vec<Item> = new.items.into_iter().map(price).collect();
    let (id, placed_at) = id::next();
    Ok(Order {
        id,
        status: OrderStatus::Placed,
        customer: trimmed(new.customer),
        address: trimmed(new.address),
        total_cents: items.iter().map(line_cents).sum(),
        items,
        sticker: None,
        vehicle: None,
        placed_at,
        updated_at: placed_at,
    })
}

fn check(new: &NewOrder) -> Vec<Wrong> {
    let texts = [("customer", &new.customer), ("address", &new.address)];
    let mut wrong: Vec<Wrong> = texts
        .into_iter()
        .filter_map(|(field, text)| Some(wrong(field, check_text(text)?)))
        .collect();
    if !(1..=MAX_ITEMS).contains(&new.items.len()) {
        wrong.push(self::wrong(
            "items",
            format!("must have 1 to {MAX_ITEMS} items"),
        ));
    }
    wrong.extend(new.items.iter().enumerate().filter_map(check_item));
    wrong
}

fn check_text(text: &str) -> Option<String> {
    if text.chars().any(char::is_control) {
        Some("must not have control characters".to_owned())
    } else if text.trim().is_empty() {
        Some("must not be empty or blank".to_owned())
    } else if text.chars().nth(MAX_TEXT_CHARACTERS).is_some() {
        Some(format!(
            "must have at most {MAX_TEXT_CHARACTERS} characters"
        ))
    } else {
        None
    }
}

fn check_item((index, item): (usize, &NewItem)) -> Option<Wrong> {
    let good = (1..=MAX_QUANTITY).contains(&item.quantity);
    (!good).then(|| {
        wrong(
            format!("items[{index}].quantity"),
            format!("must be from 1 to {MAX_QUANTITY}"),
        )
    })
}

fn wrong(field: impl Into<String>, message: String) -> Wrong {
    Wrong {
        field: field.into(),
        message,
    }
}

/// Without blanks at both ends; the same string where there are none.
fn trimmed(text: String) -> String {
    if text.trim().len() == text.len() {
        text
    } else {
        text.trim().to_owned()
    }
}

const fn price(item: NewItem) -> Item {
    Item {
        pizza: item.pizza,
        size: item.size,
        quantity: item.quantity,
        unit_price_cents: menu::price_cents(item.pizza, item.size),
    }
}

fn line_cents(item: &Item) -> u64 {
    u64::from(item.quantity) * u64::from(item.unit_price_cents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::{Pizza, Size};

    fn new_order() -> NewOrder {
        NewOrder {
            customer: "Ada".into(),
            address: "1 Main Street".into(),
            items: vec![NewItem {
                pizza: Pizza::Margherita,
                size: Size::Large,
                quantity: 2,
            }],
        }
    }

    fn fields(new: NewOrder) -> Vec<String> {
        let invalid = take(new).expect_err("the order is wrong");
        invalid.0.into_iter().map(|wrong| wrong.field).collect()
    }

    #[test]
    fn an_order_is_priced_and_trimmed() {
        let mut new = new_order();
        new.customer = "  Ada\u{a0}".into();
        new.items.push(NewItem {
            pizza: Pizza::Marinara,
            size: Size::Small,
            quantity: 1,
        });
        let order = take(new).expect("the order is right");
        assert_eq!(order.customer, "Ada");
        assert_eq!(order.items[0].unit_price_cents, 1250);
        assert_eq!(order.total_cents, 2 * 1250 + 650);
        assert_eq!(order.updated_at, order.placed_at);
    }

    #[test]
    fn all_wrong_fields_are_named() {
        let mut new = new_order();
        new.customer = " \u{3000} ".into();
        new.address = "1 Main\nStreet".into();
        new.items = vec![new.items[0]; 2];
        new.items[1].quantity = 51;
        assert_eq!(fields(new), ["customer", "address", "items[1].quantity"]);
    }

    #[test]
    fn the_limits_are_inside() {
        let mut new = new_order();
        new.customer = "\u{1f355}".repeat(200);
        new.items = vec![
            NewItem {
                quantity: 50,
                ..new.items[0]
            };
            20
        ];
        assert!(take(new.clone()).is_ok());
        new.customer.push('x');
        assert_eq!(fields(new), ["customer"]);

        let mut new = new_order();
        new.items[0].quantity = 0;
        assert_eq!(fields(new.clone()), ["items[0].quantity"]);
        new.items.clear();
        assert_eq!(fields(new.clone()), ["items"]);
        new.items = vec![new_order().items[0]; 21];
        assert_eq!(fields(new), ["items"]);
    }
}
