//! Each scenario gives its right verdict on the real company with the real Prometheus and
//! Alertmanager: on the company of one command, and on one among a real Postgres and RabbitMQ.

use anyhow::{Result, ensure};
use company_tests::{Company, Neighbours};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// What a company stands on.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Files.
    OneCommand,
    /// Postgres and RabbitMQ.
    Neighbours,
}

/// Runs a scenario on a fresh company; returns its report after PASS.
async fn passes(kind: Kind, scenario: &str) -> Result<Value> {
    let neighbours = match kind {
        Kind::OneCommand => None,
        Kind::Neighbours => Some(Neighbours::start().await?),
    };
    let environment = neighbours.iter().flat_map(Neighbours::environment);
    let environment: Vec<_> = environment.collect();
    let company = Company::open_with(BINARY, &[], &environment).await?;
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

async fn surge(kind: Kind) -> Result<()> {
    let report = passes(kind, "surge").await?;
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

async fn order_failures(kind: Kind) -> Result<()> {
    let report = passes(kind, "order-failures").await?;
    assert!(fired(&report).contains(&"PizzaOrderFailures"));
    Ok(())
}

async fn error_burst(kind: Kind) -> Result<()> {
    let report = passes(kind, "error-burst").await?;
    assert!(fired(&report).contains(&"ServiceErrorRatio"));
    Ok(())
}

async fn slow_service(kind: Kind) -> Result<()> {
    let report = passes(kind, "slow-service").await?;
    assert!(fired(&report).contains(&"ServiceLatencyHigh"));
    Ok(())
}

async fn crash(kind: Kind) -> Result<()> {
    let report = passes(kind, "crash").await?;
    assert!(fired(&report).contains(&"ServiceRestarting"));
    Ok(())
}

async fn slow_dependency(kind: Kind) -> Result<()> {
    let report = passes(kind, "slow-dependency").await?;
    assert_eq!(
        fired(&report),
        ["PizzaStickerFallback", "ServiceLatencyHigh"]
    );
    Ok(())
}

async fn dependency_down(kind: Kind) -> Result<()> {
    let report = passes(kind, "dependency-down").await?;
    assert_eq!(fired(&report), ["PizzaStickerFallback"]);
    Ok(())
}

async fn queue_outage(kind: Kind) -> Result<()> {
    let report = passes(kind, "queue-outage").await?;
    assert_eq!(fired(&report), ["QueueDown", "VehiclePositionsStale"]);
    Ok(())
}

async fn consumer_stall(kind: Kind) -> Result<()> {
    let report = passes(kind, "consumer-stall").await?;
    assert_eq!(fired(&report), ["PizzaOrdersStuck", "QueueBacklogGrowing"]);
    Ok(())
}

async fn poison_messages(kind: Kind) -> Result<()> {
    let report = passes(kind, "poison-messages").await?;
    assert_eq!(fired(&report), ["DeadLetters"]);
    Ok(())
}

async fn stale_positions(kind: Kind) -> Result<()> {
    let report = passes(kind, "stale-positions").await?;
    assert_eq!(
        fired(&report),
        ["QueueBacklogGrowing", "VehiclePositionsStale"]
    );
    Ok(())
}

async fn db_slow(kind: Kind) -> Result<()> {
    let report = passes(kind, "db-slow").await?;
    assert!(fired(&report).contains(&"DatabaseSlow"));
    Ok(())
}

async fn db_down(kind: Kind) -> Result<()> {
    let report = passes(kind, "db-down").await?;
    assert!(fired(&report).contains(&"DatabaseErrors"));
    Ok(())
}

async fn pool_exhaustion(kind: Kind) -> Result<()> {
    let report = passes(kind, "pool-exhaustion").await?;
    assert!(fired(&report).contains(&"DatabasePoolExhausted"));
    Ok(())
}

async fn order_drought(kind: Kind) -> Result<()> {
    let report = passes(kind, "order-drought").await?;
    assert_eq!(fired(&report), ["PizzaOrderDrought"]);
    Ok(())
}

async fn baseline(kind: Kind) -> Result<()> {
    assert!(fired(&passes(kind, "baseline").await?).is_empty());
    Ok(())
}

async fn busy(kind: Kind) -> Result<()> {
    assert!(fired(&passes(kind, "busy").await?).is_empty());
    Ok(())
}

async fn blip(kind: Kind) -> Result<()> {
    let report = passes(kind, "blip").await?;
    assert!(fired(&report).is_empty());
    let strikes = report["faults"][0]["strikes"].as_u64();
    assert!(
        strikes.is_some_and(|strikes| strikes > 0),
        "the blip struck nobody"
    );
    Ok(())
}

async fn crash_loop(kind: Kind) -> Result<()> {
    let report = passes(kind, "crash-loop").await?;
    assert_eq!(fired(&report), ["ServiceDown", "ServiceRestarting"]);
    Ok(())
}

async fn memory_leak(kind: Kind) -> Result<()> {
    let report = passes(kind, "memory-leak").await?;
    assert_eq!(fired(&report), ["ProcessMemoryHigh"]);
    Ok(())
}

async fn cpu_burn(kind: Kind) -> Result<()> {
    let report = passes(kind, "cpu-burn").await?;
    assert_eq!(fired(&report), ["ProcessCpuSaturated"]);
    Ok(())
}

async fn saturation(kind: Kind) -> Result<()> {
    let report = passes(kind, "saturation").await?;
    assert!(fired(&report).contains(&"ServiceSaturated"));
    Ok(())
}

async fn not_ready(kind: Kind) -> Result<()> {
    let report = passes(kind, "not-ready").await?;
    assert_eq!(fired(&report), ["ServiceNotReady"]);
    Ok(())
}

async fn log_flood(kind: Kind) -> Result<()> {
    let report = passes(kind, "log-flood").await?;
    assert_eq!(fired(&report), ["LogFlood"]);
    Ok(())
}

async fn slow_burn(kind: Kind) -> Result<()> {
    let report = passes(kind, "slow-burn").await?;
    assert_eq!(fired(&report), ["ErrorBudgetBurnSlow"]);
    Ok(())
}

async fn hourly_orders(kind: Kind) -> Result<()> {
    let report = passes(kind, "hourly-orders").await?;
    assert_eq!(
        fired(&report),
        ["PizzaHourlyOrdersExceeded", "PizzaOrderSurge"]
    );
    Ok(())
}

async fn consumer_missing(kind: Kind) -> Result<()> {
    let report = passes(kind, "consumer-missing").await?;
    assert_eq!(fired(&report), ["QueueConsumerMissing"]);
    Ok(())
}

async fn abuse(kind: Kind) -> Result<()> {
    let report = passes(kind, "abuse").await?;
    assert_eq!(fired(&report), ["ClientErrorsHigh"]);
    Ok(())
}

async fn flood(kind: Kind) -> Result<()> {
    let report = passes(kind, "flood").await?;
    assert_eq!(fired(&report), ["RequestsRejected"]);
    Ok(())
}

async fn broken_rule(kind: Kind) -> Result<()> {
    let report = passes(kind, "broken-rule").await?;
    assert_eq!(fired(&report), ["PrometheusRuleFailures"]);
    Ok(())
}

async fn cardinality(kind: Kind) -> Result<()> {
    let report = passes(kind, "cardinality").await?;
    assert_eq!(fired(&report), ["ScrapeFailing"]);
    Ok(())
}

async fn monitoring_blind(kind: Kind) -> Result<()> {
    let report = passes(kind, "monitoring-blind").await?;
    assert_eq!(fired(&report), ["AlertmanagerNotificationsFailing"]);
    Ok(())
}

async fn traces_lost(kind: Kind) -> Result<()> {
    let report = passes(kind, "traces-lost").await?;
    assert_eq!(fired(&report), ["TelemetryExportFailing"]);
    Ok(())
}

async fn rolling_restart(kind: Kind) -> Result<()> {
    let report = passes(kind, "rolling-restart").await?;
    assert!(fired(&report).is_empty());
    let faults = report["faults"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(faults.len(), 4);
    assert!(
        faults.iter().all(|fault| fault["strikes"] == 1),
        "each starts anew once: {faults:?}"
    );
    Ok(())
}

async fn silenced(kind: Kind) -> Result<()> {
    let report = passes(kind, "silenced").await?;
    assert!(fired(&report).contains(&"ServiceErrorRatio"));
    let said = report["notifications"].as_array();
    assert!(said.is_some_and(Vec::is_empty), "{said:?}");
    Ok(())
}

macro_rules! drills {
    ($($scenario:ident)+) => {
        mod in_one_command {
            $(#[tokio::test]
            async fn $scenario() -> anyhow::Result<()> {
                super::$scenario(super::Kind::OneCommand).await
            })+
        }

        mod among_neighbours {
            $(#[tokio::test]
            async fn $scenario() -> anyhow::Result<()> {
                super::$scenario(super::Kind::Neighbours).await
            })+
        }
    };
}

drills! {
    surge
    order_failures
    error_burst
    slow_service
    crash
    slow_dependency
    dependency_down
    queue_outage
    consumer_stall
    poison_messages
    stale_positions
    db_slow
    db_down
    pool_exhaustion
    order_drought
    crash_loop
    memory_leak
    cpu_burn
    saturation
    not_ready
    log_flood
    slow_burn
    hourly_orders
    consumer_missing
    abuse
    flood
    broken_rule
    cardinality
    monitoring_blind
    traces_lost
    baseline
    busy
    blip
    rolling_restart
    silenced
}
