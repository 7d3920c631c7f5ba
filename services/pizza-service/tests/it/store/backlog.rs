//! What waits, in numbers.

use anyhow::Result;
use pizza_service::order::{Reached, id};
use pizza_service::store::{Counts, Oldest, Step};

use super::advancing::VAN;
use super::{Fixture, given};

pub(super) async fn the_oldest_and_the_number_of_what_waits(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    assert_eq!(store.oldest().await?, Oldest::default());
    assert_eq!(store.counts().await?, Counts::default());

    let orders: Vec<_> = (0..5).map(|n| given::order(&format!("{n}"))).collect();
    store.write(&given::placing(&orders)).await?;
    let step = |n: usize, reached| Step {
        order_id: orders[n].id,
        reached,
        vehicle: VAN.into(),
        at: id::next().1,
    };
    // Of five, the oldest is with its customer, and the next one on its way.
    let steps = [step(0, Reached::Delivered), step(1, Reached::Dispatched)];
    store.advance(&steps).await?;
    store.outbox_take(3).await?.done().await?;
    let oldest = Oldest {
        open: Some(orders[1].placed_at),
        unpublished: Some(orders[3].placed_at),
    };
    assert_eq!(store.oldest().await?, oldest);
    let counts = Counts {
        open: 4,
        unpublished: 2,
    };
    assert_eq!(store.counts().await?, counts);

    let rest: Vec<_> = (1..5).map(|n| step(n, Reached::Delivered)).collect();
    store.advance(&rest).await?;
    store.outbox_take(10).await?.done().await?;
    assert_eq!(store.oldest().await?, Oldest::default());
    assert_eq!(store.counts().await?, Counts::default());
    Ok(())
}
