//! Reading orders back.

use anyhow::Result;
use contracts::{Item, Order, OrderStatus, Pizza, Size, Sticker};
use pizza_service::order::id;
use pizza_service::store::{Batch, Inserted, Page, StoreError};
use uuid::Uuid;

use super::{Fixture, given};

pub(super) async fn an_order_is_read_as_it_was_written(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let mut order = given::order("Zoë \u{1f355} O'Hara \"; DROP TABLE orders; --");
    order.address = String::from("通り 1, \\ {}, ${x}, %s");
    order.items = Pizza::ALL
        .into_iter()
        .zip([Size::Small, Size::Medium, Size::Large].into_iter().cycle())
        .map(|(pizza, size)| Item {
            pizza,
            size,
            quantity: 50,
            unit_price_cents: u32::MAX,
        })
        .collect();
    order.total_cents = i64::MAX.unsigned_abs();
    store
        .write(&given::placing(std::slice::from_ref(&order)))
        .await?;
    assert_eq!(store.get(order.id).await?, Some(order));
    assert_eq!(store.get(Uuid::nil()).await?, None);
    Ok(())
}

/// However it is written: alone, with a key, or replayed.
pub(super) async fn a_sticker_stays_with_its_order(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let with = |id, name: &str| Order {
        sticker: Some(Sticker {
            id,
            name: name.to_owned(),
        }),
        ..given::order("Ada")
    };
    let orders = [
        with(83, "Farfetch'd"),
        given::order("without"),
        with(29, "Nidoran\u{2640}"),
        given::order("without"),
    ];
    store.write(&given::placing(&orders[..2])).await?;
    let keyed = |order| given::placement(order, Some("k-1"));
    let placements = vec![keyed(&orders[2]), given::placement(&orders[3], None)];
    let batch = Batch {
        placements,
        ..Batch::default()
    };
    store.write(&batch).await?;
    for order in &orders {
        assert_eq!(store.get(order.id).await?.as_ref(), Some(order));
    }
    let again = Batch {
        placements: vec![keyed(&with(1, "Bulbasaur"))],
        ..Batch::default()
    };
    let first = Inserted::KeyTaken(Box::new(orders[2].clone()));
    assert_eq!(store.write(&again).await?.placements, [first]);
    Ok(())
}

pub(super) async fn pages_go_back_in_time(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let orders: Vec<_> = (0..10).map(|n| given::order(&format!("{n}"))).collect();
    store.write(&given::placing(&orders)).await?;
    fixture
        .execute("UPDATE orders SET status = 'delivered' WHERE customer IN ('1', '4', '7')")
        .await?;
    let names = async |status, before, limit| -> Result<Vec<String>> {
        let page = Page {
            status,
            before,
            limit,
        };
        let orders = store.list(page).await?;
        Ok(orders.into_iter().map(|order| order.customer).collect())
    };
    assert_eq!(names(None, id::LAST, 3).await?, ["9", "8", "7"]);
    assert_eq!(names(None, orders[7].id, 3).await?, ["6", "5", "4"]);
    assert_eq!(names(None, orders[1].id, 3).await?, ["0"]);
    assert_eq!(names(None, orders[0].id, 3).await?, [""; 0]);
    let delivered = Some(OrderStatus::Delivered);
    assert_eq!(names(delivered, id::LAST, 2).await?, ["7", "4"]);
    assert_eq!(names(delivered, orders[4].id, 2).await?, ["1"]);
    assert_eq!(
        names(Some(OrderStatus::Dispatched), id::LAST, 2).await?,
        [""; 0]
    );
    Ok(())
}

pub(super) async fn what_cannot_be_read_is_an_error(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let order = given::order("Ada");
    store
        .write(&given::placing(std::slice::from_ref(&order)))
        .await?;
    fixture.execute("UPDATE orders SET items = '{}'").await?;
    let read = store.get(order.id).await;
    assert!(matches!(read, Err(StoreError::Unreadable(_))), "{read:?}");
    Ok(())
}
