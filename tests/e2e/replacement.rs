//! A service that is told to stop is replaced, as by a new version: nobody is turned away meanwhile.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::customers::Customers;
use company_tests::{Company, until};
use rustix::process::{Signal, kill_process};

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const SOON: Duration = Duration::from_mins(1);

/// Tells a role to stop, as whoever deploys does, and waits until another process of it is ready.
async fn replace(company: &Company, role: &str, telemetry: u16) -> Result<()> {
    let process = company.process(role).context("no such process")?;
    kill_process(process, Signal::TERM)?;
    let ready = format!("{}/readyz", company.url(telemetry));
    let http = company_tests::http::client();
    until(&format!("another {role}"), SOON, async || {
        company.process(role).filter(|now| *now != process)?;
        let answer = http.get(&ready).send().await.ok()?;
        answer.status().is_success().then_some(())
    })
    .await
}

#[tokio::test]
async fn customers_notice_no_replacement() -> Result<()> {
    let company = Company::open(BINARY, &["--no-monitoring", "--baseline=0/h"]).await?;
    let customers = Customers::at_rate(&company.url(8001), 50);
    for _ in 0..2 {
        for (role, telemetry) in [
            ("pizza-service", 9111),
            ("pokedex-api", 8689),
            ("position-tracker", 9112),
            ("position-simulator", 9113),
        ] {
            let before = customers.heard().acknowledged.lock().len();
            until("customers order", SOON, async || {
                (customers.heard().acknowledged.lock().len() >= before + 75).then_some(())
            })
            .await?;
            replace(&company, role, telemetry).await?;
        }
    }
    let heard = customers.stop().await;
    let turned_away =
        heard.unavailable.load(Ordering::Relaxed) + heard.unanswered.load(Ordering::Relaxed);
    ensure!(turned_away == 0, "{turned_away} orders failed");
    let surprises = heard.surprises.lock().clone();
    ensure!(surprises.is_empty(), "unexpected answers: {surprises:?}");
    company.close().await
}
