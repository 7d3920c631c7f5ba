//! Orders on their way.

use anyhow::Result;
use contracts::{Order, OrderStatus};
use pizza_service::order::{Reached, id};
use pizza_service::store::{Advanced, Batch, Cancellation, Step};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Fixture, given};

/// The van that takes the orders.
pub(super) const VAN: &str = "City Truck";

fn dispatched(order_id: Uuid, at: OffsetDateTime) -> Step {
    let reached = Reached::Dispatched;
    Step {
        order_id,
        reached,
        vehicle: VAN.into(),
        at,
    }
}

pub(super) fn delivered(order_id: Uuid, at: OffsetDateTime) -> Step {
    let reached = Reached::Delivered;
    Step {
        order_id,
        reached,
        vehicle: VAN.into(),
        at,
    }
}

const fn now(order: &Order, from: OrderStatus) -> Advanced {
    Advanced::Now {
        from,
        placed_at: order.placed_at,
    }
}

/// An order that is stored.
async fn placed(fixture: &Fixture, customer: &str) -> Result<Order> {
    let order = given::order(customer);
    let batch = given::placing(std::slice::from_ref(&order));
    fixture.store.write(&batch).await?;
    Ok(order)
}

async fn expect(
    fixture: &Fixture,
    order: &Order,
    status: OrderStatus,
    at: OffsetDateTime,
) -> Result<()> {
    let on_the_van = matches!(status, OrderStatus::Dispatched | OrderStatus::Delivered);
    let expected = Order {
        status,
        vehicle: on_the_van.then(|| VAN.to_owned()),
        updated_at: at,
        ..order.clone()
    };
    assert_eq!(fixture.store.get(order.id).await?, Some(expected));
    Ok(())
}

pub(super) async fn steps_lead_to_the_customer(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let order = placed(&fixture, "Ada").await?;
    let other = placed(&fixture, "Bob").await?;
    let left = order.placed_at + Duration::SECOND;
    let advanced = store.advance(&[dispatched(order.id, left)]).await?;
    assert_eq!(advanced, [now(&order, OrderStatus::Placed)]);
    expect(&fixture, &order, OrderStatus::Dispatched, left).await?;
    let arrived = left + Duration::MINUTE;
    let advanced = store.advance(&[delivered(order.id, arrived)]).await?;
    assert_eq!(advanced, [now(&order, OrderStatus::Dispatched)]);
    expect(&fixture, &order, OrderStatus::Delivered, arrived).await?;
    expect(&fixture, &other, OrderStatus::Placed, other.placed_at).await
}

pub(super) async fn a_step_that_comes_again_or_late_changes_nothing(
    fixture: Fixture,
) -> Result<()> {
    let store = &fixture.store;
    let order = placed(&fixture, "Ada").await?;
    let arrived = order.placed_at + Duration::MINUTE;
    let later = arrived + Duration::MINUTE;
    // Delivered is heard of first, and twice in one batch.
    let steps = [delivered(order.id, arrived), delivered(order.id, later)];
    let unchanged = Advanced::Unchanged(OrderStatus::Delivered);
    let advanced = store.advance(&steps).await?;
    assert_eq!(advanced, [now(&order, OrderStatus::Placed), unchanged]);
    let late = [dispatched(order.id, later), delivered(order.id, later)];
    assert_eq!(store.advance(&late).await?, [unchanged, unchanged]);
    expect(&fixture, &order, OrderStatus::Delivered, arrived).await
}

pub(super) async fn hundreds_of_steps_are_one_write(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders: Vec<_> = (0..700).map(|n| given::order(&format!("{n}"))).collect();
    store.write(&given::placing(&orders)).await?;
    let (_, at) = id::next();
    let all = orders
        .iter()
        .flat_map(|order| [dispatched(order.id, at), delivered(order.id, at)]);
    let advanced = store.advance(&all.collect::<Vec<_>>()).await?;
    let expected: Vec<_> = orders
        .iter()
        .flat_map(|order| [OrderStatus::Placed, OrderStatus::Dispatched].map(|at| now(order, at)))
        .collect();
    assert_eq!(advanced, expected);
    for order in [&orders[0], &orders[699]] {
        expect(&fixture, order, OrderStatus::Delivered, at).await?;
    }
    Ok(())
}

pub(super) async fn steps_without_an_order_change_nothing(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let (order, cancelled) = (
        placed(&fixture, "Ada").await?,
        placed(&fixture, "Bob").await?,
    );
    let (_, at) = id::next();
    let cancelling = Batch {
        cancellations: vec![Cancellation {
            id: cancelled.id,
            at,
        }],
        ..Batch::default()
    };
    store.write(&cancelling).await?;
    assert_eq!(store.advance(&[]).await?, []);
    let early = order.placed_at - Duration::HOUR;
    let steps = [
        delivered(Uuid::nil(), at),
        dispatched(cancelled.id, at),
        dispatched(order.id, early),
        delivered(cancelled.id, at),
    ];
    let too_late = Advanced::Unchanged(OrderStatus::Cancelled);
    let taken = now(&order, OrderStatus::Placed);
    assert_eq!(
        store.advance(&steps).await?,
        [Advanced::Unknown, too_late, taken, too_late]
    );
    expect(&fixture, &cancelled, OrderStatus::Cancelled, at).await?;
    // Not before it was placed, whatever a clock showed.
    expect(&fixture, &order, OrderStatus::Dispatched, order.placed_at).await
}

pub(super) async fn what_was_delivered_stays_delivered_after_a_restart(
    fixture: Fixture,
) -> Result<()> {
    let order = placed(&fixture, "Ada").await?;
    let (_, at) = id::next();
    fixture.store.advance(&[delivered(order.id, at)]).await?;
    let restarted = fixture.another().await?;
    let again = restarted.advance(&[delivered(order.id, at)]).await?;
    assert_eq!(again, [Advanced::Unchanged(OrderStatus::Delivered)]);
    Ok(())
}
