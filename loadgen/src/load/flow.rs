//! The flows: what a customer comes for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a customer comes for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Looks at the menu.
    Browse,
    /// Places an order.
    PlaceOrder,
    /// Asks after an order that was placed before; places one if there is none yet.
    FollowOrder,
    /// Leafs through the list of orders.
    ListOrders,
    /// Cancels an order that was placed before; places one if there is none yet.
    CancelOrder,
    /// Asks for paths that do not exist.
    Scan,
    /// Sends bodies that are not orders.
    Garbage,
    /// Looks where the vans are: at all of them, or at one that was seen before.
    LookAtVans,
    /// Looks a Pokémon up by its national number.
    LookUpPokemon,
}

/// A service that customers visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// pizza-service.
    Pizza,
    /// pokedex-api.
    Pokedex,
    /// position-tracker.
    Tracker,
}

impl Flow {
    /// Every flow, in order.
    pub const ALL: [Self; 9] = [
        Self::Browse,
        Self::PlaceOrder,
        Self::FollowOrder,
        Self::ListOrders,
        Self::CancelOrder,
        Self::Scan,
        Self::Garbage,
        Self::LookAtVans,
        Self::LookUpPokemon,
    ];

    /// The flow's name in scenario files, reports and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Browse => "browse",
            Self::PlaceOrder => "place_order",
            Self::FollowOrder => "follow_order",
            Self::ListOrders => "list_orders",
            Self::CancelOrder => "cancel_order",
            Self::Scan => "scan",
            Self::Garbage => "garbage",
            Self::LookAtVans => "look_at_vans",
            Self::LookUpPokemon => "look_up_pokemon",
        }
    }

    /// The service that it visits.
    pub const fn destination(self) -> Destination {
        match self {
            Self::Browse
            | Self::PlaceOrder
            | Self::FollowOrder
            | Self::ListOrders
            | Self::CancelOrder
            | Self::Scan
            | Self::Garbage => Destination::Pizza,
            Self::LookAtVans => Destination::Tracker,
            Self::LookUpPokemon => Destination::Pokedex,
        }
    }

    /// The flow's place in [`Flow::ALL`].
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

impl Destination {
    /// The service's name.
    pub const fn service(self) -> &'static str {
        match self {
            Self::Pizza => "pizza-service",
            Self::Pokedex => "pokedex-api",
            Self::Tracker => "position-tracker",
        }
    }

    /// The flag that says where it is.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Pizza => "--pizza-url",
            Self::Pokedex => "--pokedex-url",
            Self::Tracker => "--tracker-url",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_places_agree_with_the_files() {
        for (place, flow) in Flow::ALL.into_iter().enumerate() {
            assert_eq!(flow.index(), place);
            assert_eq!(serde_json::to_value(flow).expect("a word"), flow.name());
        }
    }
}
