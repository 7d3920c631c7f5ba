//! Placing, reading, cancelling.

use anyhow::{Context as _, Result};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::app::{TestApp, order, request};

#[tokio::test]
async fn an_order_is_priced_stored_and_found_again() -> Result<()> {
    let app = TestApp::start().await?;
    let placed = app
        .place(&json!({
            "customer": "  Zoë ",
            "address": "1 Main Street",
            "items": [
                {"pizza": "margherita", "size": "large", "quantity": 2},
                {"pizza": "quattro-formaggi", "size": "small", "quantity": 1}
            ]
        }))
        .await?;
    placed.expect(201);
    assert_eq!(
        placed.header("location"),
        format!("/orders/{}", placed.id())
    );
    assert_eq!(placed.header("idempotent-replayed"), "");
    let mut body = placed.body.clone();
    let placed_at = body["placed_at"].take();
    assert_eq!(body["updated_at"].take(), placed_at);
    let at = OffsetDateTime::parse(placed_at.as_str().context("a moment")?, &Rfc3339)?;
    assert!((OffsetDateTime::now_utc() - at).abs() < time::Duration::MINUTE);
    let id = body["id"].take();
    assert_eq!(
        body,
        json!({
            "id": null,
            "status": "placed",
            "customer": "Zoë",
            "address": "1 Main Street",
            "items": [
                {"pizza": "margherita", "size": "large", "quantity": 2, "unit_price_cents": 1250},
                {"pizza": "quattro-formaggi", "size": "small", "quantity": 1, "unit_price_cents": 1050}
            ],
            "total_cents": 3550,
            "sticker": null,
            "vehicle": null,
            "placed_at": null,
            "updated_at": null
        })
    );
    let read = app.order(id.as_str().context("an id")?).await?;
    read.expect(200);
    assert_eq!(read.body, placed.body);
    assert!((app.metric("pizza_orders_created_total")? - 1.0).abs() < f64::EPSILON);
    Ok(())
}

#[tokio::test]
async fn an_order_leaves_an_event_in_the_outbox() -> Result<()> {
    use pizza_service::store::Store as _;
    let app = TestApp::start().await?;
    let placed = app.place(&order()).await?;
    let taken = app.store.outbox_take(10).await?;
    let pending = taken.pending();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].event.order_id.to_string(), placed.id());
    assert_eq!(pending[0].event.address, "1 Main Street");
    Ok(())
}

#[tokio::test]
async fn a_placed_order_can_be_cancelled_and_again() -> Result<()> {
    let app = TestApp::start().await?;
    let placed = app.place(&order()).await?;
    let cancelled = app.cancel(placed.id()).await?;
    cancelled.expect(200);
    assert_eq!(cancelled.body["status"], "cancelled");
    assert_eq!(cancelled.body["placed_at"], placed.body["placed_at"]);
    let again = app.cancel(placed.id()).await?;
    again.expect(200);
    assert_eq!(again.body, cancelled.body);
    assert_eq!(app.order(placed.id()).await?.body, cancelled.body);
    assert!((app.metric("pizza_orders_cancelled_total")? - 1.0).abs() < f64::EPSILON);
    Ok(())
}

#[tokio::test]
async fn an_order_on_its_way_cannot_be_cancelled() -> Result<()> {
    let app = TestApp::start().await?;
    for status in ["dispatched", "delivered"] {
        let placed = app.place(&order()).await?;
        set_status(&app, placed.id(), status).await?;
        let refused = app.cancel(placed.id()).await?;
        refused.expect_problem(409, "order_not_cancellable");
        assert_eq!(app.order(placed.id()).await?.body["status"], status);
    }
    Ok(())
}

/// What a later part of the company does, done by hand.
async fn set_status(app: &TestApp, id: &str, status: &str) -> Result<()> {
    use sqlx::Connection as _;
    let file = app.folder.path().join("pizza.sqlite");
    let url = format!("sqlite://{}", file.display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await?;
    sqlx::query("UPDATE orders SET status = ? WHERE id = ?")
        .bind(status)
        .bind(uuid::Uuid::try_parse(id)?)
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}

#[tokio::test]
async fn an_order_that_is_not_there_is_404() -> Result<()> {
    let app = TestApp::start().await?;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    app.order(id).await?.expect_problem(404, "order_not_found");
    app.cancel(id).await?.expect_problem(404, "order_not_found");
    app.get("/nothing").await?.expect_problem(404, "not_found");
    Ok(())
}

#[tokio::test]
async fn another_method_is_405_and_names_the_right_ones() -> Result<()> {
    let app = TestApp::start().await?;
    for (method, path, allowed) in [
        ("DELETE", "/orders", "GET,HEAD,POST"),
        ("PUT", "/menu", "GET,HEAD"),
        (
            "GET",
            "/orders/01890a5d-ac96-774b-bcce-b302099a8057/cancel",
            "POST",
        ),
    ] {
        let answer = app.send(request(method, path, &[], "")?).await?;
        answer.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
    Ok(())
}
