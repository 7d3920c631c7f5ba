//! Each scenario gives its right verdict on a company among a real Postgres and RabbitMQ, with the real
//! Prometheus and Alertmanager. On companies of one command they all run in `catalogue`.

use anyhow::{Result, ensure};
use company_tests::{Company, Neighbours};

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// Runs a scenario on a fresh company; it must pass.
async fn passes(scenario: &str) -> Result<()> {
    let neighbours = Neighbours::start().await?;
    let company = Company::open_with(BINARY, &[], &neighbours.environment()).await?;
    let drill = company.drill(scenario).await?;
    drill.expect_code(0)?;
    ensure!(
        drill.report["expectations"]
            .as_array()
            .is_some_and(|all| !all.is_empty() && all.iter().all(|one| one["held"] == true)),
        "{:#}",
        drill.report["expectations"]
    );
    company.close().await
}

macro_rules! drills {
    ($($scenario:ident)+) => {
        mod among_neighbours {
            $(#[tokio::test]
            async fn $scenario() -> anyhow::Result<()> {
                super::passes(&stringify!($scenario).replace('_', "-")).await
            })+
        }

        #[test]
        fn no_scenario_is_left_out() {
            let here = [$(stringify!($scenario).replace('_', "-")),+];
            for built_in in loadgen::scenario::built_ins() {
                assert!(here.iter().any(|name| name == built_in.name), "{}", built_in.name);
            }
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
