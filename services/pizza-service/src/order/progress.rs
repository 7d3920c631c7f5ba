//! How far an order comes, told by those who bring it. They may say so late, again, or the last
//! step first.

use contracts::OrderStatus;

/// A step of an order's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reached {
    /// It has left on a van.
    Dispatched,
    /// It is with the customer.
    Delivered,
}

/// What a step makes of an order; none where the order has come so far already, or was cancelled.
/// What was delivered had been dispatched, whether that was heard of or not.
pub const fn after(now: OrderStatus, reached: Reached) -> Option<OrderStatus> {
    match (now, reached) {
        (OrderStatus::Placed, Reached::Dispatched) => Some(OrderStatus::Dispatched),
        (OrderStatus::Placed | OrderStatus::Dispatched, Reached::Delivered) => {
            Some(OrderStatus::Delivered)
        }
        (OrderStatus::Dispatched, Reached::Dispatched)
        | (OrderStatus::Delivered | OrderStatus::Cancelled, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statuses that steps lead to, one after the other.
    fn walk(from: OrderStatus, steps: &[Reached]) -> OrderStatus {
        steps
            .iter()
            .fold(from, |now, step| after(now, *step).unwrap_or(now))
    }

    #[test]
    fn steps_in_any_order_and_number_end_delivered() {
        use Reached::{Delivered, Dispatched};
        for steps in [
            &[Dispatched, Delivered][..],
            &[Delivered, Dispatched],
            &[Dispatched, Dispatched, Delivered, Delivered, Dispatched],
            &[Delivered],
        ] {
            assert_eq!(walk(OrderStatus::Placed, steps), OrderStatus::Delivered);
        }
    }

    #[test]
    fn a_cancelled_order_stays_cancelled() {
        for step in [Reached::Dispatched, Reached::Delivered] {
            assert_eq!(after(OrderStatus::Cancelled, step), None);
        }
    }

    #[test]
    fn a_step_is_taken_once() {
        assert_eq!(after(OrderStatus::Dispatched, Reached::Dispatched), None);
        assert_eq!(after(OrderStatus::Delivered, Reached::Delivered), None);
    }
}
