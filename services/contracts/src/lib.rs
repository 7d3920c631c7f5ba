//! The words that cross a wall of the company: what an order is on the wire, and what services
//! tell each other about it. No I/O, and nothing of ours beneath it.

pub mod event;
pub mod menu;
pub mod order;

pub use event::OrderPlaced;
pub use menu::{Menu, MenuPizza, MenuSize, Pizza, Size};
pub use order::{Item, NewItem, NewOrder, Order, OrderPage, OrderStatus};
