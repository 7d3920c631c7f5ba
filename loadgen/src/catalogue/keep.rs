//! What outlives a drill's company, whose folder goes with it.

use std::io;
use std::path::{Path, PathBuf};

use super::plan::Planned;
use crate::company::Company;
use crate::dataset::{Dataset, Place};
use crate::drill::verdict::Verdict;
use crate::report::record::DrillRecord;

/// What is kept of each drill, in a folder of its name.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    /// Where the logs of a company of its own go whose drill did not pass.
    pub logs: Option<PathBuf>,
    /// Where all telemetry of every drill goes, labelled: see [`Dataset`].
    pub datasets: Option<Place>,
}

impl Keep {
    /// Keeps it. Where that fails the verdict stands without, and a line says so.
    ///
    /// `home` is the company's data folder; `goes` says that it goes with its drill.
    pub(super) async fn after(
        &self,
        drill: &Planned,
        record: &DrillRecord,
        company: &Company,
        home: &Path,
        goes: bool,
    ) {
        if let Some(folder) = &self.logs
            && goes
            && record.verdict != Verdict::Pass
        {
            let to = folder.join(&drill.name).join("logs");
            tell(&to, copy(&home.join("logs"), &to));
        }
        // Of a drill that did not begin there is nothing to learn.
        if let Some(place) = &self.datasets
            && record.load.total.counts.intended > 0
        {
            let to = place.within(&drill.name);
            tell(&to.folder, dataset(&to, home, record, company).await);
        }
    }
}

async fn dataset(
    to: &Place,
    home: &Path,
    record: &DrillRecord,
    company: &Company,
) -> io::Result<()> {
    let dataset = Dataset::open(to, home).map_err(io::Error::other)?;
    dataset
        .write(record, company)
        .await
        .map_err(io::Error::other)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

fn tell(folder: &Path, kept: io::Result<()>) {
    if let Err(error) = kept {
        tracing::warn!(folder = %folder.display(), %error, "it could not be kept");
    }
}
