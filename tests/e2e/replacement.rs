//! A service that is told to stop is replaced, as by a new version: nobody is turned away meanwhile.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Result, ensure};
use company_tests::customers::Customers;
use company_tests::{Company, until};
use rustix::process::Signal;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const SOON: Duration = Duration::from_mins(1);

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
            // As whoever deploys does.
            company.replace(role, telemetry, Signal::TERM).await?;
        }
    }
    let heard = customers.stop().await;
    let turned_away =
        heard.unavailable.load(Ordering::Relaxed) + heard.unanswered.load(Ordering::Relaxed);
    let first = heard.first_failure.get();
    ensure!(
        turned_away == 0,
        "{turned_away} orders failed, the first: {first:?}\n{}",
        company.warnings("pizza-service")
    );
    let surprises = heard.surprises.lock().clone();
    ensure!(surprises.is_empty(), "unexpected answers: {surprises:?}");
    company.close().await
}
