//! Where vehicles are.

use anyhow::Result;
use serde_json::json;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use crate::app::{TestApp, a_minute_ago, seen};

#[tokio::test]
async fn without_vehicles_there_is_an_empty_list() -> Result<()> {
    let app = TestApp::start().await?;
    let list = app.vehicles().await?;
    list.expect(200);
    assert_eq!(list.header("content-type"), "application/json");
    assert_eq!(list.body, json!({"vehicles": []}));
    Ok(())
}

#[tokio::test]
async fn a_vehicle_is_where_it_was_last_seen() -> Result<()> {
    let app = TestApp::start().await?;
    let begin = a_minute_ago();
    let later = begin + Duration::seconds(1);
    app.handle(&[
        seen("Village Van 2", begin, 1.0),
        seen("City Truck", begin, 2.0),
        seen("City Truck", later, 3.0),
    ])
    .await?;
    let expected = json!({
        "name": "City Truck",
        "position": {
            "x": 3.0,
            "y": -87.25,
            "heading": 90.0,
            "speed": 36.5,
            "trip_id": "00000000-0000-0000-0000-000000000007",
            "at": later.format(&Rfc3339)?,
        }
    });
    let one = app.vehicle("City%20Truck").await?;
    one.expect(200);
    assert_eq!(one.body, expected);
    let all = app.vehicles().await?.body;
    assert_eq!(all["vehicles"][0], expected, "sorted by name");
    assert_eq!(all["vehicles"][1]["name"], "Village Van 2");
    assert_eq!(all["vehicles"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[tokio::test]
async fn any_name_can_be_asked_for() -> Result<()> {
    let app = TestApp::start().await?;
    let names = [
        ("City Truck", "City%20Truck"),
        ("A/B", "A%2FB"),
        ("100%", "100%25"),
        ("a+b", "a+b"),
        ("Zoë 🍕", "Zo%C3%AB%20%F0%9F%8D%95"),
        ("history", "history"),
        ("?#&", "%3F%23%26"),
        ("stream", "%73tream"),
    ];
    let at = a_minute_ago();
    let events: Vec<_> = names.iter().map(|(name, _)| seen(name, at, 1.0)).collect();
    app.handle(&events).await?;
    for (name, path) in names {
        let one = app.vehicle(path).await?;
        one.expect(200);
        assert_eq!(one.body["name"], name);
        let history = app.history(path, "").await?;
        history.expect(200);
        assert_eq!(history.xs(), [1.0], "{name}");
    }
    let plain = app.history("stream", "").await?;
    assert_eq!(plain.xs(), [1.0], "below the word nothing is in the way");
    Ok(())
}

#[tokio::test]
async fn who_was_never_seen_is_not_found() -> Result<()> {
    let app = TestApp::start().await?;
    app.handle(&[seen("City Truck", a_minute_ago(), 1.0)])
        .await?;
    for name in ["city%20truck", "City", "City%20Truck%20", "%20"] {
        let one = app.vehicle(name).await?;
        one.expect_problem(404, "vehicle_not_found");
    }
    Ok(())
}

#[tokio::test]
async fn a_restart_loses_nothing() -> Result<()> {
    let app = TestApp::start().await?;
    let begin = a_minute_ago();
    let events: Vec<_> = (0..20)
        .map(|n| seen("City Truck", begin + Duration::seconds(n), n as f64 / 3.0))
        .collect();
    app.handle(&events).await?;
    app.handle(&[seen("Village Van", begin, 1.0)]).await?;
    let before = (
        app.vehicles().await?.body,
        app.history("City%20Truck", "").await?.body,
    );
    let app = app.again().await?;
    let after = (
        app.vehicles().await?.body,
        app.history("City%20Truck", "").await?.body,
    );
    assert_eq!(after, before);
    assert_eq!(app.metric("vehicles_known")?.to_string(), "2");
    Ok(())
}
