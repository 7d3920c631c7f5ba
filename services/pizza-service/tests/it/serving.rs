//! The whole service on its sockets, from its start to its end.

use std::time::Duration;

use anyhow::{Result, bail};
use chassis::Stop;
use chassis::boot::BootError;
use chassis::telemetry::Telemetry;
use company_tests::ports::free_port;
use company_tests::until;
use pizza_service::Config;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::app;

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
        task: tokio::spawn(pizza_service::serve(config, Telemetry::silent(), stop)),
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
    /// Asks it to stop, and waits for its end.
    async fn end(self) -> Result<()> {
        self.stop.request();
        self.task.await??;
        anyhow::ensure!(self.stop.finished(SOON).await, "a task did not end");
        Ok(())
    }
}

#[tokio::test]
async fn an_order_outlives_the_service_that_took_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let http = company_tests::http::client();
    let first = start(&folder).await?;
    let url = format!("{}/orders", first.api);
    let placed = http.post(&url).json(&app::order()).send().await?;
    assert_eq!(placed.status(), 201);
    let placed: Value = placed.json().await?;
    let metrics = http
        .get(format!("{}/metrics", first.telemetry))
        .send()
        .await?;
    assert!(
        metrics
            .text()
            .await?
            .contains("\npizza_orders_created_total 1\n")
    );
    first.end().await?;

    let second = start(&folder).await?;
    let url = format!(
        "{}/orders/{}",
        second.api,
        placed["id"].as_str().unwrap_or_default()
    );
    let read: Value = http.get(&url).send().await?.json().await?;
    assert_eq!(read, placed);
    second.end().await
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = config(&folder)?;
    let _taken = tokio::net::TcpListener::bind(config.api_address).await?;
    let address = config.api_address.to_string();
    let stop = Stop::new();
    let serving = pizza_service::serve(config, Telemetry::silent(), stop.clone());
    let Err(error) = tokio::time::timeout(SOON, serving).await? else {
        bail!("two services share an address");
    };
    let shown = error.to_string();
    assert!(
        shown.contains(&address) && shown.contains("API_ADDRESS"),
        "{shown}"
    );
    stop.request();
    assert!(
        stop.finished(SOON).await,
        "the writer ends with the service"
    );
    Ok(())
}
