//! A drill leaves its effects in metrics, traces and logs, and never its name: whoever looks for the
//! cause finds it by symptoms or not at all.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::{Company, Secrets, until};
use loadgen::scenario::{FAULT_KINDS, built_ins};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const SOON: Duration = Duration::from_mins(2);
const TELEMETRY_PORTS: [u16; 6] = [9110, 9111, 9112, 9113, 8689, 9114];

/// Four kinds at once, for a moment. What fires is of no interest here.
const SCENARIO: &str = r#"
version = 1
name = "quince-marmalade"
summary = "Several things break for a moment."
teaches = "Nothing."
seed = 1
[[phases]]
name = "steady"
for = "14s"
load = { shape = "constant", rate = "5/s", spacing = "even" }
mix = { place_order = 2, browse = 3, look_at_vans = 2, look_up_pokemon = 2 }
[[faults]]
service = "pizza-service"
kind = "latency"
parameters = { delay_ms = 50 }
from = "1s"
for = "10s"
[[faults]]
service = "position-tracker"
kind = "db-latency"
parameters = { delay_ms = 20 }
from = "1s"
for = "10s"
[[faults]]
service = "position-simulator"
kind = "queue-disconnect"
from = "2s"
for = "4s"
[[faults]]
service = "pokedex-api"
kind = "error"
parameters = { ratio = 0.5 }
from = "1s"
for = "10s"
[expect]
fires = []
[[expect.effect]]
proof = "strikes"
service = "pizza-service"
kind = "latency"
at_least = 1
[[expect.effect]]
proof = "strikes"
service = "position-tracker"
kind = "db-latency"
at_least = 1
[[expect.effect]]
proof = "strikes"
service = "position-simulator"
kind = "queue-disconnect"
at_least = 1
[[expect.effect]]
proof = "strikes"
service = "pokedex-api"
kind = "error"
at_least = 1
"#;

async fn metrics_name_nothing(company: &Company, secrets: &Secrets) -> Result<()> {
    for port in TELEMETRY_PORTS {
        let url = format!("{}/metrics", company.url(port));
        let text = company_tests::http::client().get(url).send().await?;
        let text = text.text().await?;
        ensure!(text.lines().count() > 20, "no metrics on {port}");
        let found = secrets.within(text.as_bytes());
        ensure!(found.is_none(), "on port {port}: {found:?}");
    }
    Ok(())
}

async fn traces_name_nothing(company: &Company, secrets: &Secrets) -> Result<()> {
    let url = format!("{}/traces", company.url(8002));
    let answer = company_tests::http::client().get(url).send().await?;
    let text = answer.bytes().await?;
    let found = secrets.within(&text);
    ensure!(found.is_none(), "in traces: {found:?}");
    let traces: Value = serde_json::from_slice(&text)?;
    let spans = traces["resourceSpans"].as_array().context("spans")?;
    ensure!(!spans.is_empty(), "no traces");
    Ok(())
}

fn logs_name_nothing(company: &Company, secrets: &Secrets) -> Result<()> {
    let mut lines = 0;
    for entry in std::fs::read_dir(company.data_dir().join("logs"))? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        let found = secrets.within(text.as_bytes());
        ensure!(found.is_none(), "in {}: {found:?}", path.display());
        lines += text.lines().count();
    }
    ensure!(lines > 50, "only {lines} lines");
    Ok(())
}

/// A drill of the desk's own, stopped once its fault strikes. Returns its id.
async fn drill_by_http(company: &Company) -> Result<String> {
    let http = company_tests::http::client();
    let drills = format!("{}/drills", company.url(8002));
    let order = http
        .post(&drills)
        .json(&json!({ "scenario": "error-burst" }));
    let ordered: Value = order.send().await?.json().await?;
    let id = ordered["id"].as_str().context("an id")?.to_owned();
    let place = format!("{drills}/{id}");
    let whole = async || -> Option<Value> { http.get(&place).send().await.ok()?.json().await.ok() };
    let happened = |whole: &Value, name: &str| {
        let events = whole["events"].as_array();
        events.is_some_and(|events| events.iter().any(|event| event["event"] == name))
    };
    until("its fault strikes", SOON, async || {
        happened(&whole().await?, "fault_strikes").then_some(())
    })
    .await?;
    http.delete(&place).send().await?.error_for_status()?;
    until("it is over", SOON, async || {
        (whole().await?["state"] == "over").then_some(())
    })
    .await?;
    Ok(id)
}

#[tokio::test]
async fn no_drill_is_named_in_anything_that_a_service_says() -> Result<()> {
    let company = Company::open(BINARY, &[]).await?;
    let scenario = company.data_dir().join("quince-marmalade.toml");
    std::fs::write(&scenario, SCENARIO)?;
    let drill = company.drill(scenario.to_str().context("UTF-8")?).await?;
    let faults = drill.report["faults"]
        .as_array()
        .with_context(|| drill.lines.clone())?;
    ensure!(faults.len() == 4, "{}", drill.lines);
    let id = drill.report["drill_id"].as_str().context("an id")?;
    let ids = [id.to_owned(), drill_by_http(&company).await?];

    let kinds = FAULT_KINDS.iter().map(|kind| kind.name);
    let scenarios = built_ins().iter().map(|built_in| built_in.name);
    let names = kinds.chain(scenarios).chain(["quince-marmalade"]);
    let secrets = Secrets::new(names, &ids);
    metrics_name_nothing(&company, &secrets).await?;
    traces_name_nothing(&company, &secrets).await?;
    logs_name_nothing(&company, &secrets)?;
    company.close().await
}
