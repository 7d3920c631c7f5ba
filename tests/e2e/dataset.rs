//! A drill's data set has what telemetry says about it, and loads as the documentation says.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::Company;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const PAGE: &str = include_str!("../../docs/datasets.md");
const LIMIT: Duration = Duration::from_mins(4);

/// The page's program, with this data set as its argument. Returns what it prints.
fn by_the_page(dataset: &Path) -> Result<String> {
    let program = PAGE.split("```python\n").nth(1).context("a program")?;
    let program = program.split("```").next().context("its end")?;
    let run = Command::new("python3")
        .args(["-c", program])
        .arg(dataset)
        .output()?;
    let problem = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "{problem}");
    Ok(String::from_utf8(run.stdout)?)
}

#[tokio::test]
async fn a_data_set_holds_the_incident_and_loads_as_documented() -> Result<()> {
    let company = Company::open(BINARY, &[]).await?;
    let dataset = company.data_dir().join("dataset");
    let folder = dataset.to_str().context("UTF-8")?;
    let mut drill = company.loadgen(["--scenario", "error-burst", "--dataset", folder])?;
    let status = drill.ended(LIMIT).await?;
    ensure!(status.success(), "{}", drill.lines());

    let text = |name: &str| {
        let path = dataset.join(name);
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let truth = text("ground_truth.jsonl")?;
    ensure!(truth.contains(r#""fault":"error""#), "{truth}");
    ensure!(text("alerts.jsonl")?.contains("ServiceErrorRatio"));
    ensure!(
        text("README.md")?.contains("## What is missing\nNothing."),
        "{}",
        text("README.md")?
    );
    let requests = text("metrics/http_server_request_duration_seconds_count.csv")?;
    let heads = requests.lines().next().context("a line")?;
    ensure!(
        heads.starts_with("time,") && heads.ends_with(",value"),
        "{heads}"
    );
    ensure!(requests.contains(",500,"), "the burst is in the metrics");
    let traces: Value = serde_json::from_str(&text("traces.json")?)?;
    ensure!(
        traces["resourceSpans"]
            .as_array()
            .is_some_and(|all| all.len() > 10)
    );
    let line = text("logs/pizza-service.jsonl")?;
    ensure!(line.lines().any(|line| line.contains(r#""status":500"#)));

    let printed = by_the_page(&dataset)?;
    let (fault, grew) = printed.split_once('\n').context("two lines")?;
    ensure!(
        fault.starts_with("error at pizza-service from "),
        "{printed}"
    );
    ensure!(grew.contains("pizza-service /orders 500 +"), "{printed}");
    company.close().await
}
