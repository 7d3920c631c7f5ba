//! `--dataset`, of drills and of a game day.

use std::path::{Path, PathBuf};

use clap::Args;
use tokio::runtime::Runtime;

use super::say;
use crate::company::Company;
use crate::dataset::{Dataset, DatasetError, Place};
use crate::report::ReportError;
use crate::report::record::DrillRecord;
use crate::scenario::Span;

/// What data set is wanted.
#[derive(Args, Clone, Debug)]
pub(super) struct DatasetArgs {
    /// Writes a labelled data set into this folder: metrics, traces and log lines of the time, and
    /// what was really done; of several drills a folder each.
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,

    /// How far apart a data set's samples of a metric are [default: the scrape interval].
    #[arg(long, value_name = "TIME", requires = "dataset", value_parser = step)]
    dataset_step: Option<Span>,
}

/// The API of Prometheus takes no step of nothing, and a finer one than a second has nothing to show.
fn step(text: &str) -> Result<Span, String> {
    let step: Span = text.parse().map_err(|error| format!("{error}"))?;
    if step.get().as_secs() < 1 {
        return Err(format!("{text} is too short: at least 1s"));
    }
    Ok(step)
}

impl DatasetArgs {
    /// Where it goes, if one is wanted.
    pub(super) fn place(&self) -> Option<Place> {
        let folder = self.dataset.clone()?;
        let step = self.dataset_step.map(Span::get);
        Some(Place { folder, step })
    }

    /// The data set, where one is wanted: its folder is tried before the drill, not after it. `home` is
    /// the company's data folder.
    pub(super) fn open(&self, home: &Path) -> Result<Option<Dataset>, ReportError> {
        let open = |place: Place| Dataset::open(&place, home);
        self.place().map(open).transpose()
    }
}

/// Writes the data set of what was really done: of a drill that did not begin there is none.
pub(super) fn write(
    runtime: &Runtime,
    dataset: &Dataset,
    record: &DrillRecord,
    company: &Company,
) -> Result<(), DatasetError> {
    if record.load.total.counts.intended == 0 {
        return Ok(());
    }
    runtime.block_on(dataset.write(record, company))?;
    say(&format!("data set in {}\n", dataset.path().display()));
    Ok(())
}
