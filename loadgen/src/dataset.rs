//! A data set: one incident with all that telemetry says about it, labelled with what was really
//! done. Everything is written as it comes, so that memory does not grow with the incident.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;
use time::OffsetDateTime;

use crate::company::Company;
use crate::drill::http;
use crate::drill::prometheus::Prometheus;
use crate::report::record::DrillRecord;
use crate::report::{ReportError, ReportFolder, jsonl};

mod csv;
mod logs;
mod metrics;
mod readme;
mod traces;

/// How much of the time before the start is kept: what was normal.
const MARGIN: Duration = Duration::from_mins(1);
/// Services export their spans every five seconds; the last ones are waited for.
const EXPORT: Duration = Duration::from_secs(6);

/// Where a data set goes, and how fine it is.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// How far apart samples of a metric are; the scrape interval where nothing is said.
    pub step: Option<Duration>,
}

impl Place {
    /// The place for one of several, within it.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        Self {
            folder: self.folder.join(name),
            step: self.step,
        }
    }
}

/// A data set to be: where it goes, and where the company's log files are.
#[derive(Clone, Debug)]
pub struct Dataset {
    folder: ReportFolder,
    step: Option<Duration>,
    logs: PathBuf,
}

/// Why there is no data set.
#[derive(Debug, Error)]
pub enum DatasetError {
    /// A file can't be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A report can't be written.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// The time that a data set is about.
#[derive(Clone, Copy, Debug)]
struct Window {
    from: OffsetDateTime,
    to: OffsetDateTime,
}

impl Window {
    fn of(record: &DrillRecord) -> Self {
        Self {
            from: record.started_at - MARGIN.mul_f64(record.time_scale.max(1.0)),
            to: record.ended_at,
        }
    }

    fn contains(&self, at: OffsetDateTime) -> bool {
        (self.from..=self.to).contains(&at)
    }
}

/// What was written of one kind of telemetry.
#[derive(Clone, Debug, Default)]
struct Written {
    /// Files, and how many rows each has.
    files: Vec<(String, usize)>,
    /// What is missing, and why: one line each.
    missing: Vec<String>,
}

impl Dataset {
    /// Makes the folder, and tries whether it can be written to. `company` is the company's data
    /// folder, whose log files are taken where they can be read.
    ///
    /// # Errors
    /// When it can't be written to.
    pub fn open(place: &Place, company: &Path) -> Result<Self, ReportError> {
        Ok(Self {
            folder: ReportFolder::open(&place.folder)?,
            step: place.step,
            logs: company.join("logs"),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the data set of a drill or a game day that is over.
    ///
    /// # Errors
    /// When a file can't be written. Telemetry that can't be had is no error: README.md says so.
    pub async fn write(&self, record: &DrillRecord, company: &Company) -> Result<(), DatasetError> {
        let window = Window::of(record);
        self.labels(record)?;
        tokio::time::sleep(EXPORT).await;
        let client = http::client();
        let metrics = match &company.metrics_url {
            Some(url) => {
                let prometheus = Prometheus::new(client.clone(), url.clone());
                let step_s = self.step_s(record);
                metrics::write(&self.subfolder("metrics")?, &prometheus, window, step_s).await?
            }
            None => Written::missing("the company has no Prometheus"),
        };
        let path = self.path().join("traces.json");
        let traces = traces::write(&path, client, company.loadgen_url.clone(), window).await?;
        let logs = logs::write(&self.subfolder("logs")?, &self.logs, window)?;
        let readme = readme::text(record, window, &[metrics, traces, logs]);
        self.folder.put("README.md", readme.as_bytes())?;
        Ok(())
    }

    fn step_s(&self, record: &DrillRecord) -> f64 {
        let scrapes = record.monitoring.scrape_interval_s.max(1.0);
        self.step.map_or(scrapes, |step| step.as_secs_f64())
    }

    /// What was done, and what was said about it.
    fn labels(&self, record: &DrillRecord) -> Result<(), DatasetError> {
        let json = serde_json::to_vec_pretty(record).map_err(|error| DatasetError::Write {
            path: self.path().join("report.json"),
            source: error.into(),
        })?;
        let truth = jsonl::ground_truth(record);
        self.folder.put("report.json", &json)?;
        self.folder.put("ground_truth.jsonl", truth.as_bytes())?;
        self.folder
            .put("alerts.jsonl", jsonl::alerts(record).as_bytes())?;
        Ok(())
    }

    fn subfolder(&self, name: &str) -> Result<PathBuf, DatasetError> {
        let path = self.path().join(name);
        match fs::create_dir_all(&path) {
            Ok(()) => Ok(path),
            Err(source) => Err(DatasetError::Write { path, source }),
        }
    }
}

impl Written {
    fn missing(why: impl Into<String>) -> Self {
        Self {
            files: Vec::new(),
            missing: vec![why.into()],
        }
    }
}

/// Makes an error of what the system says about a file.
fn cannot_write(path: &Path) -> impl Fn(io::Error) -> DatasetError {
    move |source| DatasetError::Write {
        path: path.to_owned(),
        source,
    }
}
