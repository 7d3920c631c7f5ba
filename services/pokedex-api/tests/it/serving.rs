//! The whole service on its sockets, from its start to its end.

use std::time::Duration;

use anyhow::{Result, bail};
use chassis::Stop;
use chassis::telemetry::Telemetry;
use company_tests::ports::free_port;
use company_tests::until;
use pokedex_api::Config;
use serde_json::Value;
use tempfile::TempDir;

use crate::app;

const SOON: Duration = Duration::from_secs(20);

fn config(folder: &TempDir) -> Result<Config> {
    let api = format!("--api-address=127.0.0.1:{}", free_port()?);
    let telemetry = format!("--telemetry-address=127.0.0.1:{}", free_port()?);
    app::config(folder, &[&api, &telemetry])
}

/// Serves until `work` is done, then expects an orderly end.
async fn serving(
    config: Config,
    work: impl AsyncFnOnce(reqwest::Client) -> Result<()>,
) -> Result<()> {
    let stop = Stop::new();
    let ready = format!("http://{}/readyz", config.telemetry_address);
    let service = pokedex_api::serve(config, Telemetry::silent(), stop.clone());
    let task = tokio::spawn(service);
    let http = company_tests::http::client();
    until("the service is ready", SOON, async || {
        let answer = http.get(&ready).send().await.ok()?;
        answer.status().is_success().then_some(())
    })
    .await?;
    work(http).await?;
    stop.request();
    task.await??;
    anyhow::ensure!(stop.finished(SOON).await, "a task did not end");
    Ok(())
}

#[tokio::test]
async fn it_answers_and_starts_again_on_the_same_folder() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for _ in 0..2 {
        let config = config(&folder)?;
        let url = format!("http://{}/pokemon/25", config.api_address);
        let metrics = format!("http://{}/metrics", config.telemetry_address);
        serving(config, async |http| {
            let pokemon: Value = http.get(&url).send().await?.json().await?;
            assert_eq!(pokemon["name"], "Pikachu");
            let text = http.get(&metrics).send().await?.text().await?;
            assert!(text.contains("db_operation_name=\"get_pokemon\""), "{text}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// More than the chassis's default limit allows: pizza-service calls for each of its orders.
#[tokio::test]
async fn one_neighbour_may_call_as_often_as_it_likes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = config(&folder)?;
    let url = format!("http://{}/pokemon/25", config.api_address);
    serving(config, async |http| {
        for _ in 0..1500 {
            assert_eq!(http.get(&url).send().await?.status(), 200);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = config(&folder)?;
    let _taken = tokio::net::TcpListener::bind(config.api_address).await?;
    let address = config.api_address.to_string();
    let serving = pokedex_api::serve(config, Telemetry::silent(), Stop::new());
    let Err(error) = tokio::time::timeout(SOON, serving).await? else {
        bail!("two services share an address");
    };
    let shown = error.to_string();
    assert!(
        shown.contains(&address) && shown.contains("API_ADDRESS"),
        "{shown}"
    );
    Ok(())
}
