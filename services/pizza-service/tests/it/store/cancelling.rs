//! Cancelling is a write like others.

use anyhow::Result;
use contracts::{Order, OrderStatus};
use pizza_service::order::id;
use pizza_service::store::{Batch, Cancellation, Cancelled, Inserted};
use time::OffsetDateTime;

use super::{Fixture, given};

fn cancelling(orders: &[&Order], at: OffsetDateTime) -> Batch {
    Batch {
        placements: Vec::new(),
        cancellations: orders
            .iter()
            .map(|order| Cancellation { id: order.id, at })
            .collect(),
    }
}

fn cancelled(order: &Order, at: OffsetDateTime) -> Box<Order> {
    Box::new(Order {
        status: OrderStatus::Cancelled,
        updated_at: at,
        ..order.clone()
    })
}

pub(super) async fn only_a_placed_order_is_cancelled(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let (order, missing) = (given::order("Ada"), given::order("nobody"));
    let on_its_way = given::order("Bob");
    store
        .write(&given::placing(&[order.clone(), on_its_way.clone()]))
        .await?;
    fixture
        .execute("UPDATE orders SET status = 'dispatched' WHERE customer = 'Bob'")
        .await?;
    let (_, at) = id::next();
    let written = store
        .write(&cancelling(&[&order, &missing, &on_its_way, &order], at))
        .await?;
    let dispatched = Box::new(Order {
        status: OrderStatus::Dispatched,
        ..on_its_way
    });
    assert_eq!(
        written.cancellations,
        [
            Cancelled::Now(cancelled(&order, at)),
            Cancelled::NotFound,
            Cancelled::Unchanged(dispatched),
            Cancelled::Unchanged(cancelled(&order, at)),
        ]
    );
    let later = at + time::Duration::SECOND;
    let again = store.write(&cancelling(&[&order], later)).await?;
    assert_eq!(
        again.cancellations,
        [Cancelled::Unchanged(cancelled(&order, at))],
        "the first moment stays"
    );
    Ok(())
}

pub(super) async fn an_order_can_be_cancelled_in_the_batch_that_places_it(
    fixture: Fixture,
) -> Result<()> {
    let order = given::order("Ada");
    let (_, at) = id::next();
    let batch = Batch {
        placements: vec![given::placement(&order, None)],
        ..cancelling(&[&order], at)
    };
    let written = fixture.store.write(&batch).await?;
    assert_eq!(written.placements, [Inserted::New]);
    assert_eq!(
        written.cancellations,
        [Cancelled::Now(cancelled(&order, at))]
    );
    assert_eq!(
        fixture.store.get(order.id).await?,
        Some(*cancelled(&order, at))
    );
    Ok(())
}
