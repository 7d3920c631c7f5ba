//! The last minutes as lines.

use chassis::Problem;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Minutes;
use super::prometheus::{Prometheus, Series};

/// Lines over the same time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Charts {
    /// Where they begin, in seconds since the Unix epoch.
    pub from: f64,
    /// Where they end.
    pub to: f64,
    /// The charts, in the order in which they are read.
    pub charts: Vec<Chart>,
}

/// What is drawn on one pair of axes.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Chart {
    /// A word for programs.
    #[schema(example = "orders")]
    pub name: &'static str,
    /// What asks Prometheus for it.
    pub query: &'static str,
    /// The lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Line {
    /// What it is of; empty where the chart has only one.
    pub label: String,
    /// Seconds since the Unix epoch, each with a value; null where there is none.
    #[schema(value_type = Vec<Vec<Option<f64>>>)]
    pub points: Vec<(f64, Option<f64>)>,
}

/// A chart's name, its query, and the label that tells its lines apart.
const CHARTS: [(&str, &str, &str); 4] = [
    (
        "orders",
        r#"sum(rate(pizza_orders_created_total{job="firedrill"}[1m])) * 3600"#,
        "",
    ),
    (
        "errors",
        r#"sum by (service) (rate(http_server_request_duration_seconds_count{job="firedrill", http_response_status_code=~"5.."}[1m])) / sum by (service) (rate(http_server_request_duration_seconds_count{job="firedrill"}[1m]))"#,
        "service",
    ),
    (
        "latency",
        r#"histogram_quantile(0.99, sum by (service, le) (rate(http_server_request_duration_seconds_bucket{job="firedrill"}[1m])))"#,
        "service",
    ),
    (
        "queue",
        r#"max by (messaging_destination_name) (messaging_queue_depth{job="firedrill"})"#,
        "messaging_destination_name",
    ),
];

pub(super) async fn read(prometheus: &Prometheus, minutes: Minutes) -> Result<Charts, Problem> {
    let now = seconds(OffsetDateTime::now_utc());
    let asked = CHARTS.map(|(name, query, label)| async move {
        let series = prometheus.range(query, now, minutes).await?;
        let lines = series.iter().map(|series| line(series, label)).collect();
        Ok::<_, Problem>(Chart { name, query, lines })
    });
    Ok(Charts {
        from: now - minutes.seconds(),
        to: now,
        charts: futures::future::try_join_all(asked).await?,
    })
}

fn line(series: &Series, label: &str) -> Line {
    Line {
        label: series.metric.get(label).cloned().unwrap_or_default(),
        points: series.points().collect(),
    }
}

/// Since the Unix epoch.
pub(super) fn seconds(moment: OffsetDateTime) -> f64 {
    (moment - OffsetDateTime::UNIX_EPOCH).as_seconds_f64()
}
