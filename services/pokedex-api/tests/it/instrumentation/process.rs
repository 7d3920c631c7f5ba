//! The service as a process of its own, with spans that go to a collector.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use company_tests::collector::Collector;
use company_tests::ports::free_port;
use company_tests::{Program, until};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::{SOON, TRACE};

pub(super) struct Process {
    api: String,
    telemetry: String,
    program: Program,
    /// Kept as long as its files are used.
    _folder: TempDir,
}

/// target/debug/deps/it-… → target/debug/examples/pokedex-api, built together with the tests.
fn example() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let target = test.parent().and_then(|deps| deps.parent());
    let example = target.context("a folder")?.join("examples/pokedex-api");
    ensure!(
        example.exists(),
        "build it: cargo build -p pokedex-api --examples"
    );
    Ok(example)
}

impl Process {
    pub(super) async fn start(collector: &Collector) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let api = format!("127.0.0.1:{}", free_port()?);
        let telemetry = format!("127.0.0.1:{}", free_port()?);
        let mut program = Program::start(
            Command::new(example()?)
                .env_clear()
                .env("API_ADDRESS", &api)
                .env("TELEMETRY_ADDRESS", &telemetry)
                .env("DATA_DIR", folder.path())
                .env("LOG_FORMAT", "json")
                .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())
                // Spans are sent soon, not within seconds.
                .env("OTEL_BSP_SCHEDULE_DELAY", "50"),
        )?;
        let ready = format!("http://{telemetry}/readyz");
        program.answers(&ready, SOON).await?;
        Ok(Self {
            api,
            telemetry,
            program,
            _folder: folder,
        })
    }

    /// Asks as part of a trace that is recorded.
    pub(super) async fn ask(&self, path: &str, status: u16) -> Result<()> {
        let answer = company_tests::http::client()
            .get(format!("http://{}{path}", self.api))
            .header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"))
            .send()
            .await?;
        ensure!(answer.status() == status, "{path}: {}", answer.status());
        Ok(())
    }

    pub(super) async fn metrics(&self) -> Result<String> {
        let url = format!("http://{}/metrics", self.telemetry);
        let answer = company_tests::http::client().get(url).send().await?;
        Ok(answer.text().await?)
    }

    /// All that it has logged.
    pub(super) fn log(&self) -> String {
        self.program.lines()
    }

    /// The canonical line of a request to this route, when it is there.
    pub(super) async fn request_line(&self, route: &str) -> Result<Value> {
        until("the request's line", SOON, async || {
            let log = self.log();
            let lines = log
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            let mut requests = lines.filter(|line: &Value| line["target"] == "request");
            requests.find(|line| line["route"] == route)
        })
        .await
    }
}
