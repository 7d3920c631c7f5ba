//! Orders on the wire. The limits that a new order must keep are declared here once: the server
//! checks against these constants, and the schema shows them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::menu::{Pizza, Size};
use crate::pokemon::Sticker;

mod object;
mod whole;

object::objects_only!(NewOrder, NewItem);

/// Characters that a name or an address may have.
pub const MAX_TEXT_CHARACTERS: usize = 200;

/// Lines that an order may have.
pub const MAX_ITEMS: usize = 20;

/// Pizzas that a line may have.
pub const MAX_QUANTITY: u32 = 50;

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrderStatus {
    /// Taken, not on its way yet.
    Placed,
    /// On its way.
    Dispatched,
    /// With the customer.
    Delivered,
    /// Taken back before it was on its way.
    Cancelled,
}

impl OrderStatus {
    /// All of them, in the order of an order's life.
    pub const ALL: [Self; 4] = [
        Self::Placed,
        Self::Dispatched,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// The word on the wire and in databases.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Dispatched => "dispatched",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a word; none for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// An order as a customer sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct NewOrder {
    /// Who gets it: one line, not only blanks. Blanks at both ends are dropped.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$",
        example = "Ada"
    )]
    pub customer: String,
    /// Where it goes: one line, not only blanks. Blanks at both ends are dropped.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$",
        example = "1 Main Street"
    )]
    pub address: String,
    /// What is in it.
    #[schema(min_items = 1, max_items = 20)]
    pub items: Vec<NewItem>,
}

/// One line of an order as a customer sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct NewItem {
    /// Which pizza.
    pub pizza: Pizza,
    /// Which size.
    pub size: Size,
    /// How many.
    #[serde(deserialize_with = "whole::whole")]
    #[schema(minimum = 1, maximum = 50, example = 2)]
    pub quantity: u32,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// Its id, a UUID of version 7: ids rise with time.
    pub id: Uuid,
    /// How far it has come.
    pub status: OrderStatus,
    /// Who gets it.
    pub customer: String,
    /// Where it goes.
    pub address: String,
    /// What is in it.
    pub items: Vec<Item>,
    /// What all of it costs, in cents.
    pub total_cents: u64,
    /// The sticker in the box; null when there was none to be had.
    #[schema(required = true)]
    pub sticker: Option<Sticker>,
    /// The name of the van that it left on; null while it waits.
    #[schema(required = true, example = "City Truck")]
    pub vehicle: Option<String>,
    /// When it was taken.
    #[serde(with = "time::serde::rfc3339")]
    pub placed_at: OffsetDateTime,
    /// When its status last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// One line of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// Which pizza.
    pub pizza: Pizza,
    /// Which size.
    pub size: Size,
    /// How many.
    pub quantity: u32,
    /// What one cost when it was ordered, in cents.
    pub unit_price_cents: u32,
}

/// Some orders, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<Order>,
    /// What `after` takes to go on; null at the end.
    #[schema(required = true)]
    pub next: Option<String>,
}
