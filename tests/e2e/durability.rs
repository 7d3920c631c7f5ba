//! What was answered 201 is never lost: not by `kill -9`, not by a database that goes away.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Result, ensure};
use company_tests::customers::{Customers, Heard, order};
use company_tests::ports::free_port;
use company_tests::postgres::Postgres;
use company_tests::{Program, until};
use rustix::process::Signal;
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const SOON: Duration = Duration::from_mins(1);

/// One pizza-service on its own.
struct Pizza {
    api: u16,
    telemetry: u16,
}

impl Pizza {
    fn new() -> Result<Self> {
        Ok(Self {
            api: free_port()?,
            telemetry: free_port()?,
        })
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.api)
    }

    async fn start(&self, data_dir: &Path, postgres: Option<&str>) -> Result<Program> {
        let mut command = Command::new(BINARY);
        command
            .arg("pizza-service")
            .arg(format!("--api-address=127.0.0.1:{}", self.api))
            .arg(format!("--telemetry-address=127.0.0.1:{}", self.telemetry))
            .args(["--rate-limit=0", "--log=warn", "--log-format=json"])
            .arg("--data-dir")
            .arg(data_dir)
            .env_remove("POSTGRES_URL")
            .env_remove("POSTGRES_URL_FILE");
        if let Some(url) = postgres {
            command.env("POSTGRES_URL", url);
        }
        let mut program = Program::start(&mut command)?;
        let ready = format!("http://127.0.0.1:{}/readyz", self.telemetry);
        program.answers(&ready, SOON).await?;
        Ok(program)
    }

    /// Asks for every order that the customers hold a receipt for.
    async fn has_all(&self, heard: &Heard) -> Result<usize> {
        let http = company_tests::http::client();
        let acknowledged = heard.acknowledged.lock().clone();
        for id in &acknowledged {
            let answer = http
                .get(format!("{}/orders/{id}", self.url()))
                .send()
                .await?;
            ensure!(
                answer.status().is_success(),
                "order {id} was answered 201 and is now {}",
                answer.status()
            );
        }
        Ok(acknowledged.len())
    }
}

/// Waits until so many more orders are acknowledged.
async fn more_orders(customers: &Customers, more: usize) -> Result<()> {
    let now = customers.heard().acknowledged.lock().len();
    until("further orders are acknowledged", SOON, async || {
        (customers.heard().acknowledged.lock().len() >= now + more).then_some(())
    })
    .await
}

fn no_surprises(heard: &Heard) -> Result<()> {
    let surprises = heard.surprises.lock();
    ensure!(surprises.is_empty(), "unexpected answers: {surprises:?}");
    Ok(())
}

#[tokio::test]
async fn killed_ten_times_under_load_and_every_receipt_is_good() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let pizza = Pizza::new()?;
    let mut program = pizza.start(folder.path(), None).await?;
    let customers = Customers::start(&pizza.url(), 16);
    for _ in 0..10 {
        more_orders(&customers, 50).await?;
        program.signal(Signal::KILL)?;
        program.ended(SOON).await?;
        program = pizza.start(folder.path(), None).await?;
    }
    more_orders(&customers, 50).await?;
    let heard = customers.stop().await;
    no_surprises(&heard)?;
    assert!(pizza.has_all(&heard).await? >= 550);
    Ok(())
}

#[tokio::test]
async fn postgres_away_means_503_then_recovery_and_nothing_missing() -> Result<()> {
    let mut postgres = Postgres::start().await?;
    let database = postgres.database("pizza").await?;
    let folder = tempfile::tempdir()?;
    let pizza = Pizza::new()?;
    let _program = pizza.start(folder.path(), Some(&database)).await?;
    let customers = Customers::start(&pizza.url(), 8);
    more_orders(&customers, 100).await?;

    postgres.stop().await?;
    until("orders are answered 503", SOON, async || {
        (customers.heard().unavailable.load(Ordering::Relaxed) >= 8).then_some(())
    })
    .await?;
    let http = company_tests::http::client();
    let refused = http
        .post(format!("{}/orders", pizza.url()))
        .json(&order(0))
        .send()
        .await?;
    assert_eq!(refused.status().as_u16(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(
        refused.headers()["content-type"],
        "application/problem+json"
    );

    postgres.start_again().await?;
    more_orders(&customers, 100).await?;
    let heard = customers.stop().await;
    no_surprises(&heard)?;
    assert!(pizza.has_all(&heard).await? >= 200);
    Ok(())
}
