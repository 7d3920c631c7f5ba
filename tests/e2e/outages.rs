//! Services are killed and the queue goes away, in the middle of an evening's business. No order is
//! lost, none is delivered twice, and vans are where the clock says. All of it is counted from
//! outside.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Result, ensure};
use company_tests::customers::Customers;
use company_tests::outside::{Gap, Outside};
use company_tests::{Company, Neighbours, until};
use rustix::process::Signal;
use tokio::time::Instant;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const SOON: Duration = Duration::from_mins(1);
const FLAGS: [&str; 2] = ["--no-monitoring", "--baseline=0/h"];

/// A busy evening: 72 000 an hour.
const ORDERS_PER_SECOND: u32 = 20;
const OUTAGE: Duration = Duration::from_secs(30);

/// Everybody who can be killed, and the port of their telemetry.
const ROLES: [(&str, u16); 4] = [
    ("position-simulator", 9113),
    ("position-tracker", 9112),
    ("pokedex-api", 8689),
    ("pizza-service", 9111),
];

/// Waits until so many more orders are acknowledged.
async fn more_orders(customers: &Customers, more: usize) -> Result<()> {
    let acknowledged = || customers.heard().acknowledged.lock().len();
    let now = acknowledged();
    until("further orders are acknowledged", SOON, async || {
        (acknowledged() >= now + more).then_some(())
    })
    .await
}

/// Each service is killed once under load; then all that was ordered is delivered.
async fn survives_kills(company: Company) -> Result<()> {
    let outside = Outside::watch(&company);
    let customers = Customers::at_rate(&company.url(8001), ORDERS_PER_SECOND);
    for (role, telemetry) in ROLES {
        more_orders(&customers, 60).await?;
        company.replace(role, telemetry, Signal::KILL).await?;
    }
    more_orders(&customers, 60).await?;
    let heard = customers.stop().await;
    let surprises = heard.surprises.lock().clone();
    ensure!(surprises.is_empty(), "unexpected answers: {surprises:?}");
    let acknowledged = heard.acknowledged.lock().clone();
    outside.all_delivered_once(&acknowledged).await?;

    let gaps = outside.gaps().await?;
    ensure!(!gaps.is_empty(), "no van has told of itself");
    for (vehicle, gaps) in gaps {
        // The simulator was away once, and nobody tells in its place where vans are meanwhile.
        ensure!(
            gaps.len() <= 1 && gaps.iter().all(|gap| gap.seconds() < 30),
            "{vehicle}: {gaps:?}"
        );
    }
    company.close().await
}

#[tokio::test]
async fn each_service_is_killed_in_the_company_of_one_command() -> Result<()> {
    survives_kills(Company::open(BINARY, &FLAGS).await?).await
}

#[tokio::test]
async fn each_service_is_killed_on_postgres_and_rabbitmq() -> Result<()> {
    let neighbours = Neighbours::start().await?;
    let environment = neighbours.environment();
    survives_kills(Company::open_with(BINARY, &FLAGS, &environment).await?).await
}

#[tokio::test]
async fn rabbitmq_is_away_for_half_a_minute() -> Result<()> {
    let mut neighbours = Neighbours::start().await?;
    let environment = neighbours.environment();
    let company = Company::open_with(BINARY, &FLAGS, &environment).await?;
    let outside = Outside::watch(&company);
    let customers = Customers::at_rate(&company.url(8001), ORDERS_PER_SECOND);
    more_orders(&customers, 60).await?;

    neighbours.rabbitmq.stop().await?;
    let back = Instant::now() + OUTAGE;
    until("the outage is seen", SOON, async || {
        (company.metric(9111, "messaging_queue_up").await? == 0.0).then_some(())
    })
    .await?;
    more_orders(&customers, 60).await?;
    tokio::time::sleep_until(back).await;
    neighbours.rabbitmq.start_again().await?;

    more_orders(&customers, 60).await?;
    let heard = customers.stop().await;
    let failed =
        heard.unavailable.load(Ordering::Relaxed) + heard.unanswered.load(Ordering::Relaxed);
    ensure!(failed == 0, "{failed} orders failed for want of a queue");
    let surprises = heard.surprises.lock().clone();
    ensure!(surprises.is_empty(), "unexpected answers: {surprises:?}");
    let acknowledged = heard.acknowledged.lock().clone();
    outside.all_delivered_once(&acknowledged).await?;
    // Nobody died, so nobody forgot what it had counted.
    let delivered = company.metric(9111, "pizza_orders_delivered_total").await;
    ensure!(
        delivered == Some(acknowledged.len() as f64),
        "{delivered:?} deliveries of {} orders",
        acknowledged.len()
    );

    let gaps = outside.gaps().await?;
    ensure!(!gaps.is_empty(), "no van has told of itself");
    let gaps: BTreeMap<String, Vec<Gap>> = gaps
        .into_iter()
        .filter(|(_, gaps)| !gaps.is_empty())
        .collect();
    ensure!(gaps.is_empty(), "positions are missing: {gaps:?}");
    company.close().await
}
