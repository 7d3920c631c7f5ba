//! The whole service on its sockets, from its start to its end, with a queue.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use chassis::Stop;
use chassis::boot::BootError;
use chassis::faults::Faults;
use chassis::queue::{self, Outgoing, Queues, Topic, Topics};
use chassis::telemetry::Telemetry;
use company_tests::ports::free_port;
use company_tests::until;
use contracts::VehiclePosition;
use position_tracker::Config;
use prometheus_client::registry::Registry;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::app::{self, a_minute_ago, seen};

const SOON: Duration = Duration::from_secs(20);

/// A service that listens.
struct Serving {
    api: String,
    telemetry: String,
    stop: Stop,
    task: JoinHandle<Result<(), BootError>>,
}

fn config(folder: &TempDir) -> Result<Config> {
    let api = format!("--api-address=127.0.0.1:{}", free_port()?);
    let telemetry = format!("--telemetry-address=127.0.0.1:{}", free_port()?);
    app::config(folder, &[&api, &telemetry])
}

async fn start(folder: &TempDir) -> Result<Serving> {
    let config = config(folder)?;
    let stop = Stop::new();
    let serving = Serving {
        api: format!("http://{}", config.api_address),
        telemetry: format!("http://{}", config.telemetry_address),
        stop: stop.clone(),
        task: tokio::spawn(position_tracker::serve(config, Telemetry::silent(), stop)),
    };
    let ready = format!("{}/readyz", serving.telemetry);
    let http = company_tests::http::client();
    until("the service is ready", SOON, async || {
        let answer = http.get(&ready).send().await.ok()?;
        answer.status().is_success().then_some(())
    })
    .await?;
    Ok(serving)
}

impl Serving {
    async fn get(&self, path: &str) -> Result<Value> {
        let http = company_tests::http::client();
        let answer = http.get(format!("{}{path}", self.api)).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    async fn has(&self, sample: &str) -> Result<()> {
        let http = company_tests::http::client();
        let metrics = format!("{}/metrics", self.telemetry);
        until(sample, SOON, async || {
            let text = http.get(&metrics).send().await.ok()?.text().await.ok()?;
            text.lines().any(|line| line == sample).then_some(())
        })
        .await
    }

    /// Asks it to stop, and waits for its end.
    async fn end(self) -> Result<()> {
        self.stop.request();
        self.task.await??;
        anyhow::ensure!(self.stop.finished(SOON).await, "a task did not end");
        Ok(())
    }
}

/// The queue as the simulator sees it.
async fn publisher(folder: &TempDir, stop: &Stop) -> Result<Queues> {
    let config = config(folder)?;
    let topics = Topics {
        publishes: &[Topic::of::<VehiclePosition>()],
        consumes: &[],
    };
    let (mut registry, faults) = (Registry::default(), Faults::off());
    let data_dir = folder.path();
    let opened = queue::open(
        &config.queue,
        data_dir,
        topics,
        &mut registry,
        &faults,
        stop,
    );
    Ok(opened.await?)
}

#[tokio::test]
async fn what_is_published_is_shown_and_outlives_the_service() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let stop = Stop::new();
    let queues = publisher(&folder, &stop).await?;
    let begin = a_minute_ago();
    let events = |range: std::ops::Range<i64>| -> Vec<_> {
        range
            .map(|n| {
                let at = begin + time::Duration::milliseconds(n);
                Outgoing::untraced(seen("City Truck", at, n as f64))
            })
            .collect()
    };
    // Before there is anybody to take them.
    queues.publish(&events(0..600)).await?;
    let first = start(&folder).await?;
    first.has("vehicle_positions_stored_total 600").await?;
    queues.publish(&events(500..700)).await?;
    let duplicates = "vehicle_positions_ignored_total{reason=\"duplicate\"} 100";
    first.has(duplicates).await?;
    first.has("vehicle_positions_stored_total 700").await?;
    let garbage = [Outgoing::untraced(seen("", begin, 0.0))];
    queues.publish(&garbage).await?;
    first
        .has("vehicle_positions_ignored_total{reason=\"invalid\"} 1")
        .await?;
    let newest = first.get("/vehicles/City%20Truck").await?;
    assert_eq!(newest["position"]["x"], 699.0);
    let history = first
        .get("/vehicles/City%20Truck/history?limit=1000")
        .await?;
    assert_eq!(
        history["positions"].as_array().context("history")?.len(),
        700
    );
    first.end().await?;

    let second = start(&folder).await?;
    second.has("vehicles_known 1").await?;
    assert_eq!(second.get("/vehicles/City%20Truck").await?, newest);
    let again = second
        .get("/vehicles/City%20Truck/history?limit=1000")
        .await?;
    assert_eq!(again, history);
    queues.publish(&events(700..701)).await?;
    second.has("vehicle_positions_stored_total 1").await?;
    second.end().await?;
    stop.request();
    assert!(stop.finished(SOON).await);
    Ok(())
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = config(&folder)?;
    let _taken = tokio::net::TcpListener::bind(config.api_address).await?;
    let address = config.api_address.to_string();
    let stop = Stop::new();
    let serving = position_tracker::serve(config, Telemetry::silent(), stop.clone());
    let Err(error) = tokio::time::timeout(SOON, serving).await? else {
        bail!("two services share an address");
    };
    let shown = error.to_string();
    assert!(
        shown.contains(&address) && shown.contains("API_ADDRESS"),
        "{shown}"
    );
    stop.request();
    assert!(stop.finished(SOON).await, "all ends with the service");
    Ok(())
}
