//! Every order is delivered, exactly once.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::customers::order;
use company_tests::{Company, Neighbours, until};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const ORDERS: usize = 1000;
const EVERY: Duration = Duration::from_millis(10);
const LIMIT: Duration = Duration::from_mins(2);
const PIZZA_TELEMETRY: u16 = 9111;

/// Places the orders on time, whatever the answers do. Returns their ids.
async fn place(company: &Company) -> Result<Vec<String>> {
    let http = company_tests::http::client();
    let url = format!("{}/orders", company.url(8001));
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut placed = JoinSet::new();
    for number in 0..ORDERS {
        clock.tick().await;
        let request = http.post(&url).json(&order(number));
        placed.spawn(async move {
            let answer = request.send().await?.error_for_status()?;
            answer.json::<Value>().await
        });
    }
    let mut ids = Vec::with_capacity(ORDERS);
    while let Some(answer) = placed.join_next().await {
        let order = answer??;
        ids.push(order["id"].as_str().context("an id")?.to_owned());
    }
    Ok(ids)
}

async fn delivers_everything(company: &Company) -> Result<()> {
    let counted = async |name: &str| company.metric(PIZZA_TELEMETRY, name).await;
    let ids = place(company).await?;
    until("all orders are delivered", LIMIT, async || {
        (counted("pizza_orders_delivered_total").await? >= ORDERS as f64).then_some(())
    })
    .await?;
    until("nothing is under way", LIMIT, async || {
        (counted("messaging_queue_depth").await? + counted("pizza_outbox_pending").await? == 0.0)
            .then_some(())
    })
    .await?;
    for name in [
        "pizza_orders_created_total",
        "pizza_orders_dispatched_total",
        "pizza_orders_delivered_total",
    ] {
        let counted = counted(name).await;
        ensure!(counted == Some(ORDERS as f64), "{name} is {counted:?}");
    }
    let http = company_tests::http::client();
    for id in ids {
        let url = format!("{}/orders/{id}", company.url(8001));
        let order: Value = http.get(url).send().await?.json().await?;
        ensure!(order["status"] == "delivered", "{order}");
    }
    Ok(())
}

#[tokio::test]
async fn by_the_company_of_one_command() -> Result<()> {
    let company = Company::open(BINARY, &["--no-monitoring", "--baseline=0/h"]).await?;
    delivers_everything(&company).await?;
    company.close().await
}

#[tokio::test]
async fn by_a_company_on_postgres_and_rabbitmq() -> Result<()> {
    let neighbours = Neighbours::start().await?;
    let flags = ["--no-monitoring", "--baseline=0/h"];
    let company = Company::open_with(BINARY, &flags, &neighbours.environment()).await?;
    delivers_everything(&company).await?;
    company.close().await
}
