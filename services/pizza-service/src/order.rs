//! The domain: what an order is, what it costs, and when it may change. Pure: no clock but the id's,
//! no I/O.

use contracts::{Order, OrderStatus};

pub mod id;
pub mod key;
pub mod menu;
pub mod progress;
pub mod take;

pub use key::IdempotencyKey;
pub use progress::Reached;
pub use take::{Invalid, take};

/// Whether two orders come from the same request. Prices are ours, not the request's: a menu that
/// changed between two attempts does not make them different.
pub fn same_request(a: &Order, b: &Order) -> bool {
    a.customer == b.customer
        && a.address == b.address
        && a.items.len() == b.items.len()
        && a.items
            .iter()
            .zip(&b.items)
            .all(|(a, b)| (a.pizza, a.size, a.quantity) == (b.pizza, b.size, b.quantity))
}

/// An order as it was when it was placed, whatever has become of it.
#[must_use]
pub fn as_placed(order: Order) -> Order {
    Order {
        status: OrderStatus::Placed,
        updated_at: order.placed_at,
        ..order
    }
}
