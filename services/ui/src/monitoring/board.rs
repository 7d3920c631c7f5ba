//! The services at a glance: is each up, how much does it do, how well, and what does it take.

use std::collections::BTreeMap;

use chassis::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::prometheus::{Prometheus, Sample};

/// All services, by name.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Board {
    /// One a service that Prometheus scrapes.
    pub services: Vec<Row>,
}

/// One service. What is null is not known, or does not exist: a service without an API has no rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Row {
    /// Its name.
    #[schema(example = "pizza-service")]
    pub service: String,
    /// Whether it answers its scrapes.
    #[schema(required = true)]
    pub up: Option<bool>,
    /// Whether it wants requests.
    #[schema(required = true)]
    pub ready: Option<bool>,
    /// Requests a second, over the last minute.
    #[schema(required = true)]
    pub requests_per_second: Option<f64>,
    /// The share of 5xx among its answers, over the last minute.
    #[schema(required = true)]
    pub error_ratio: Option<f64>,
    /// The 99th percentile of how long requests take, over the last minute.
    #[schema(required = true)]
    pub p99_seconds: Option<f64>,
    /// Resident memory.
    #[schema(required = true)]
    pub memory_bytes: Option<f64>,
}

const UP: &str = r#"max by (service) (up{job="firedrill"})"#;
const READY: &str = r#"min by (service) (service_ready{job="firedrill"})"#;
const RATE: &str =
    r#"sum by (service) (rate(http_server_request_duration_seconds_count{job="firedrill"}[1m]))"#;
const ERRORS: &str = r#"sum by (service) (rate(http_server_request_duration_seconds_count{job="firedrill", http_response_status_code=~"5.."}[1m]))"#;
const P99: &str = r#"histogram_quantile(0.99, sum by (service, le) (rate(http_server_request_duration_seconds_bucket{job="firedrill"}[1m])))"#;
const MEMORY: &str = r#"max by (service) (process_resident_memory_bytes{job="firedrill"})"#;

pub(super) async fn read(prometheus: &Prometheus) -> Result<Board, Problem> {
    let (up, ready, rate, errors, p99, memory) = tokio::try_join!(
        prometheus.now(UP),
        prometheus.now(READY),
        prometheus.now(RATE),
        prometheus.now(ERRORS),
        prometheus.now(P99),
        prometheus.now(MEMORY),
    )?;
    let mut rows = Rows::default();
    rows.fill(&up, |row, value| row.up = Some(value > 0.0));
    rows.fill(&ready, |row, value| row.ready = Some(value > 0.0));
    rows.fill(&rate, |row, value| row.requests_per_second = Some(value));
    rows.fill(&errors, |row, value| {
        row.error_ratio = row.requests_per_second.and_then(|rate| ratio(value, rate));
    });
    rows.fill(&p99, |row, value| row.p99_seconds = Some(value));
    rows.fill(&memory, |row, value| row.memory_bytes = Some(value));
    Ok(Board {
        services: rows.0.into_values().collect(),
    })
}

/// None where nothing was asked.
fn ratio(errors: f64, all: f64) -> Option<f64> {
    (all > 0.0).then(|| errors / all)
}

#[derive(Default)]
struct Rows(BTreeMap<String, Row>);

impl Rows {
    fn fill(&mut self, samples: &[Sample], set: impl Fn(&mut Row, f64)) {
        for sample in samples {
            let (Some(service), Some(value)) = (sample.metric.get("service"), sample.value())
            else {
                continue;
            };
            let row = self.0.entry(service.clone()).or_insert_with(|| Row {
                service: service.clone(),
                ..Row::default()
            });
            set(row, value);
        }
    }
}
