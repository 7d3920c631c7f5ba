//! The words that cross a wall of the company: what an order is on the wire, what services tell each
//! other about it, and the map of the town that all of them share. No I/O, and nothing of ours
//! beneath it.

pub mod event;
pub mod menu;
pub mod order;
pub mod pokemon;
pub mod town;
pub mod vehicle;

pub use event::{Event, OrderPlaced, OrdersDelivered, OrdersDispatched, VehiclePosition};
pub use menu::{Menu, MenuPizza, MenuSize, Pizza, Size};
pub use order::{Item, NewItem, NewOrder, Order, OrderPage, OrderStatus};
pub use pokemon::{Pokemon, PokemonPage, Sticker};
pub use vehicle::{History, Position, Vehicle, VehicleList};
