//! No body makes a server error or a panic, and every order that keeps the rules is taken.

use std::sync::LazyLock;

use contracts::{Pizza, Size};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::app::{Answer, JSON, TestApp};

/// One service for all cases: a property needs many.
static SERVICE: LazyLock<(Runtime, TestApp)> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("a runtime");
    let app = runtime
        .block_on(TestApp::start())
        .expect("the service starts");
    (runtime, app)
});

fn place(body: &str, key: Option<&str>) -> Result<Answer, TestCaseError> {
    let (runtime, app) = &*SERVICE;
    let mut headers = vec![JSON];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    runtime
        .block_on(app.place_raw(body, &headers))
        .map_err(|error| TestCaseError::fail(format!("{error:#}")))
}

/// Any JSON, often with an order's field names in it.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("margherita")),
        Just(json!("small")),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let name = prop_oneof![
            Just("customer".to_owned()),
            Just("address".to_owned()),
            Just("items".to_owned()),
            Just("pizza".to_owned()),
            Just("size".to_owned()),
            Just("quantity".to_owned()),
            any::<String>(),
        ];
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::from),
            vec((name, inner), 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn line() -> impl Strategy<Value = String> {
    vec(
        any::<char>().prop_filter("a control character", |c| !c.is_control()),
        1..=200,
    )
    .prop_map(String::from_iter)
    .prop_filter("blank", |text| !text.trim().is_empty())
}

fn item() -> impl Strategy<Value = Value> {
    let pizza = prop::sample::select(&Pizza::ALL[..]);
    let size = prop::sample::select(&Size::ALL[..]);
    (pizza, size, 1..=50_u32).prop_map(
        |(pizza, size, quantity)| json!({"pizza": pizza, "size": size, "quantity": quantity}),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_server_error(body in any::<String>()) {
        let answer = place(&body, None)?;
        prop_assert!(answer.status.is_client_error(), "{answer:?}");
    }

    #[test]
    fn no_json_makes_a_server_error(body in json()) {
        let answer = place(&body.to_string(), None)?;
        prop_assert!(!answer.status.is_server_error(), "{answer:?}");
    }

    #[test]
    fn an_order_that_keeps_the_rules_is_taken(
        customer in line(),
        address in line(),
        items in vec(item(), 1..=20),
        key in proptest::option::of("[!-~]{20,64}"),
    ) {
        let order = json!({"customer": customer, "address": address, "items": items});
        let answer = place(&order.to_string(), key.as_deref())?;
        prop_assert_eq!(answer.status.as_u16(), 201, "{:?}", answer);
        prop_assert_eq!(&answer.body["customer"], customer.trim());
        let cents = |item: &Value| Some(item["quantity"].as_u64()? * item["unit_price_cents"].as_u64()?);
        let lines = answer.body["items"].as_array().into_iter().flatten();
        let total: Option<u64> = lines.map(cents).sum();
        prop_assert_eq!(answer.body["total_cents"].as_u64(), total);
    }
}
