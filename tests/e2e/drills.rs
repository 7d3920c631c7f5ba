//! Each scenario gives its right verdict on the real company with the real Prometheus and
//! Alertmanager.

use anyhow::{Result, ensure};
use company_tests::Company;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// Runs a scenario on a fresh company; returns its report after PASS.
async fn passes(scenario: &str) -> Result<Value> {
    let company = Company::open(BINARY, &[]).await?;
    let drill = company.drill(scenario).await?;
    drill.expect_code(0)?;
    ensure!(
        drill.report["verdict"] == "PASS",
        "{:#}",
        drill.report["verdicts"]
    );
    ensure!(
        drill.report["expectations"]
            .as_array()
            .is_some_and(|all| !all.is_empty() && all.iter().all(|one| one["held"] == true)),
        "{:#}",
        drill.report["expectations"]
    );
    for file in [
        "report.html",
        "junit.xml",
        "ground_truth.jsonl",
        "alerts.jsonl",
    ] {
        ensure!(company.reports().join(file).exists(), "{file} is missing");
    }
    company.close().await?;
    Ok(drill.report)
}

/// The alerts that fired, without those that always do.
fn fired(report: &Value) -> Vec<&str> {
    let lanes = report["alerts"].as_array().map_or(&[][..], Vec::as_slice);
    let mut names: Vec<&str> = lanes
        .iter()
        .filter(|lane| {
            lane["stretches"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["state"] == "firing"))
        })
        .filter_map(|lane| lane["labels"]["alertname"].as_str())
        .filter(|name| *name != "Watchdog")
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[tokio::test]
async fn surge() -> Result<()> {
    let report = passes("surge").await?;
    assert_eq!(fired(&report), ["PizzaOrderSurge"]);
    let surge = report["expectations"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["kind"] == "fires")
        .expect("surge expects an alert");
    let took = surge["took_s"].as_f64().expect("the time to detect");
    let limit = surge["limit_s"].as_f64().expect("its limit");
    assert!(took > 0.0 && took <= limit, "{took} s of {limit} s");
    assert!(
        surge["delivered_s"].as_f64().is_some_and(|s| s >= took),
        "{surge}"
    );
    Ok(())
}

#[tokio::test]
async fn order_failures() -> Result<()> {
    let report = passes("order-failures").await?;
    assert!(fired(&report).contains(&"PizzaOrderFailures"));
    Ok(())
}

#[tokio::test]
async fn error_burst() -> Result<()> {
    let report = passes("error-burst").await?;
    assert!(fired(&report).contains(&"ServiceErrorRatio"));
    Ok(())
}

#[tokio::test]
async fn slow_service() -> Result<()> {
    let report = passes("slow-service").await?;
    assert!(fired(&report).contains(&"ServiceLatencyHigh"));
    Ok(())
}

#[tokio::test]
async fn crash() -> Result<()> {
    let report = passes("crash").await?;
    assert!(fired(&report).contains(&"ServiceRestarting"));
    Ok(())
}

#[tokio::test]
async fn baseline() -> Result<()> {
    assert!(fired(&passes("baseline").await?).is_empty());
    Ok(())
}

#[tokio::test]
async fn busy() -> Result<()> {
    assert!(fired(&passes("busy").await?).is_empty());
    Ok(())
}

#[tokio::test]
async fn blip() -> Result<()> {
    let report = passes("blip").await?;
    assert!(fired(&report).is_empty());
    let strikes = report["faults"][0]["strikes"].as_u64();
    assert!(
        strikes.is_some_and(|strikes| strikes > 0),
        "the blip struck nobody"
    );
    Ok(())
}
