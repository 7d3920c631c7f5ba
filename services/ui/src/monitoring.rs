//! What the monitoring knows, for the control room: the questions are ours, not the browser's.

use std::sync::Arc;

use chassis::Problem;
use chassis::http::client::Neighbour;

use crate::neighbours::Neighbours;

pub mod alerts;
pub mod board;
mod cached;
pub mod charts;
pub mod minutes;
mod prometheus;

use alerts::Alerts;
use board::Board;
use cached::Cached;
use charts::Charts;
pub use minutes::Minutes;
use prometheus::Prometheus;

/// Asks Prometheus and Alertmanager, once for all who ask at about the same time. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Monitoring(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    prometheus: Option<Prometheus>,
    alertmanager: Option<Neighbour>,
    board: Cached<(), Board>,
    charts: Cached<Minutes, Charts>,
    alerts: Cached<Minutes, Alerts>,
}

impl Monitoring {
    /// Those that the settings name.
    pub fn new(neighbours: &Neighbours) -> Self {
        Self(Arc::new(Inner {
            prometheus: neighbours.prometheus.clone().map(Prometheus),
            alertmanager: neighbours.alertmanager.clone(),
            board: Cached::default(),
            charts: Cached::default(),
            alerts: Cached::default(),
        }))
    }

    /// Whether there is a Prometheus to ask.
    pub fn has_prometheus(&self) -> bool {
        self.0.prometheus.is_some()
    }

    /// The services, at a glance.
    ///
    /// # Errors
    /// When Prometheus is not configured, or does not answer.
    pub async fn board(&self) -> Result<Arc<Board>, Problem> {
        let prometheus = self.prometheus()?;
        self.0.board.get((), || board::read(prometheus)).await
    }

    /// The last minutes, as lines.
    ///
    /// # Errors
    /// As for the board.
    pub async fn charts(&self, minutes: Minutes) -> Result<Arc<Charts>, Problem> {
        let prometheus = self.prometheus()?;
        let read = || charts::read(prometheus, minutes);
        self.0.charts.get(minutes, read).await
    }

    /// What fired in the last minutes.
    ///
    /// # Errors
    /// As for the board. An Alertmanager that does not answer is said in the answer.
    pub async fn alerts(&self, minutes: Minutes) -> Result<Arc<Alerts>, Problem> {
        let prometheus = self.prometheus()?;
        let read = || alerts::read(prometheus, self.0.alertmanager.as_ref(), minutes);
        self.0.alerts.get(minutes, read).await
    }

    fn prometheus(&self) -> Result<&Prometheus, Problem> {
        self.0.prometheus.as_ref().ok_or_else(|| {
            Problem::unavailable("no_monitoring", "METRICS_URL is not set")
                .detail("no Prometheus is configured (METRICS_URL)")
        })
    }
}
