//! The words as they are on the wire: a change here breaks clients.

use contracts::{Item, NewItem, NewOrder, Order, OrderPlaced, OrderStatus, Pizza, Size, Sticker};
use serde_json::json;
use time::macros::datetime;
use uuid::Uuid;

#[test]
fn pizzas_and_sizes_are_kebab_case_words() {
    let words = serde_json::to_value((Pizza::ALL, Size::ALL)).expect("serialises");
    assert_eq!(
        words,
        json!([
            [
                "margherita",
                "marinara",
                "funghi",
                "diavola",
                "quattro-formaggi",
                "prosciutto",
                "hawaii",
                "capricciosa"
            ],
            ["small", "medium", "large"]
        ])
    );
}

#[test]
fn a_status_is_the_same_word_on_the_wire_and_in_databases() {
    for status in OrderStatus::ALL {
        assert_eq!(json!(status), json!(status.as_str()));
        assert_eq!(OrderStatus::from_word(status.as_str()), Some(status));
    }
    assert_eq!(OrderStatus::from_word("Placed"), None);
}

#[test]
fn order_placed_carries_what_a_driver_needs() {
    let event = OrderPlaced {
        order_id: Uuid::from_u128(1),
        customer: "Ada".into(),
        address: "1 Main Street".into(),
        items: vec![Item {
            pizza: Pizza::QuattroFormaggi,
            size: Size::Large,
            quantity: 2,
            unit_price_cents: 1450,
        }],
        placed_at: datetime!(2026-01-02 03:04:05.678 UTC),
    };
    let wire = json!(event);
    assert_eq!(
        wire,
        json!({
            "order_id": "00000000-0000-0000-0000-000000000001",
            "customer": "Ada",
            "address": "1 Main Street",
            "items": [{
                "pizza": "quattro-formaggi",
                "size": "large",
                "quantity": 2,
                "unit_price_cents": 1450
            }],
            "placed_at": "2026-01-02T03:04:05.678Z"
        })
    );
    assert_eq!(
        serde_json::from_value::<OrderPlaced>(wire).expect("reads back"),
        event
    );
}

#[test]
fn an_order_says_that_it_has_no_sticker() {
    let mut order = Order {
        id: Uuid::from_u128(1),
        status: OrderStatus::Placed,
        customer: "Ada".into(),
        address: "1 Main Street".into(),
        items: Vec::new(),
        total_cents: 950,
        sticker: None,
        vehicle: None,
        placed_at: datetime!(2026-01-02 03:04:05.678 UTC),
        updated_at: datetime!(2026-01-02 03:04:05.678 UTC),
    };
    let wire = json!(order);
    assert_eq!(wire.get("sticker"), Some(&json!(null)), "not left out");
    assert_eq!(wire.get("vehicle"), Some(&json!(null)), "not left out");
    order.sticker = Some(Sticker {
        id: 25,
        name: "Pikachu".into(),
    });
    let wire = json!(order);
    assert_eq!(wire["sticker"], json!({"id": 25, "name": "Pikachu"}));
    let read: Order = serde_json::from_value(wire).expect("reads back");
    assert_eq!(read, order);
}

#[test]
fn a_quantity_is_a_whole_number_in_any_spelling() {
    let read = |quantity: &str| {
        let json = format!(r#"{{"pizza":"hawaii","size":"small","quantity":{quantity}}}"#);
        serde_json::from_str::<NewItem>(&json)
            .map(|item| item.quantity)
            .ok()
    };
    for (good, value) in [
        ("2", 2),
        ("2.0", 2),
        ("20e-1", 2),
        ("0", 0),
        ("4294967295", u32::MAX),
    ] {
        assert_eq!(read(good), Some(value), "{good}");
    }
    for bad in [
        "2.5",
        "-1",
        "-1.0",
        "4294967296",
        "1e30",
        "\"2\"",
        "null",
        "true",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

#[test]
fn an_order_is_an_object() {
    let item = json!({"pizza": "hawaii", "size": "small", "quantity": 1});
    let order = json!({"customer": "Ada", "address": "1 Main Street", "items": [item]});
    let read = serde_json::from_value::<NewOrder>(order.clone()).expect("an order");
    assert_eq!(json!(read), order);
    for other in [
        json!(["Ada", "1 Main Street", [item]]),
        json!({"customer": "Ada", "address": "1 Main Street", "items": [["hawaii", "small", 1]]}),
    ] {
        let error = serde_json::from_value::<NewOrder>(other).expect_err("no order");
        assert!(error.to_string().contains("expected an object"), "{error}");
    }
}
