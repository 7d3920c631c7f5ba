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
}

impl Flow {
    /// Every flow, in order.
    pub const ALL: [Self; 7] = [
        Self::Browse,
        Self::PlaceOrder,
        Self::FollowOrder,
        Self::ListOrders,
        Self::CancelOrder,
        Self::Scan,
        Self::Garbage,
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
        }
    }

    /// The flow's place in [`Flow::ALL`].
    pub(super) const fn index(self) -> usize {
        self as usize
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
