//! `--dataset`, of a drill and of a game day.

use std::path::Path;

use tokio::runtime::Runtime;

use super::say;
use crate::company::{Company, CompanyArgs};
use crate::dataset::{Dataset, DatasetError};
use crate::report::ReportError;
use crate::report::record::DrillRecord;

/// The folder, where one is wanted: tried before the drill, not after it.
pub(super) fn open(
    folder: Option<&Path>,
    company: &CompanyArgs,
) -> Result<Option<Dataset>, ReportError> {
    let open = |folder| Dataset::open(folder, &company.company);
    folder.map(open).transpose()
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
