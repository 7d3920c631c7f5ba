//! What comes out of a drill: `report.json`, `junit.xml`, `report.html`, `ground_truth.jsonl`, `alerts.jsonl`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use record::DrillRecord;

pub mod catalogue;
pub mod html;
pub mod jsonl;
pub mod junit;
pub mod record;

/// A folder for reports that is known to take them.
#[derive(Clone, Debug)]
pub struct ReportFolder(PathBuf);

/// Why there is no report.
#[derive(Debug, Error)]
#[error("cannot write reports to {}: {source}", path.display())]
pub struct ReportError {
    path: PathBuf,
    source: io::Error,
}

impl ReportFolder {
    /// Makes the folder, and tries whether it can be written to: before the drill, not after it.
    pub fn open(path: &Path) -> Result<Self, ReportError> {
        let folder = Self(path.to_owned());
        let probe = path.join(".writable");
        fs::create_dir_all(path)
            .and_then(|()| fs::write(&probe, b""))
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|source| folder.error(source))?;
        Ok(folder)
    }

    /// Writes every report of a drill. Each file is either the old one or whole.
    pub fn write(&self, record: &DrillRecord) -> Result<(), ReportError> {
        self.put_json("report.json", record)?;
        self.put("junit.xml", junit::render(record).as_bytes())?;
        self.put("ground_truth.jsonl", jsonl::ground_truth(record).as_bytes())?;
        self.put("alerts.jsonl", jsonl::alerts(record).as_bytes())?;
        self.put("report.html", html::render(record).as_bytes())
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A folder in it, for one of many drills.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn inner(&self, name: &str) -> Result<Self, ReportError> {
        Self::open(&self.0.join(name))
    }

    /// Writes one JSON file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_json(&self, name: &str, value: &impl Serialize) -> Result<(), ReportError> {
        let mut json =
            serde_json::to_vec_pretty(value).map_err(|error| self.error(error.into()))?;
        json.push(b'\n');
        self.put(name, &json)
    }

    /// Writes a file; it is either the old one or whole.
    pub fn put(&self, name: &str, content: &[u8]) -> Result<(), ReportError> {
        let temporary = self.0.join(format!(".{name}.{}", std::process::id()));
        let written = fs::File::create(&temporary)
            .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&temporary, self.0.join(name)));
        written.map_err(|source| {
            // The half-written file is of no use; that it may stay is no further harm.
            let _ = fs::remove_file(&temporary);
            self.error(source)
        })
    }

    fn error(&self, source: io::Error) -> ReportError {
        ReportError {
            path: self.0.clone(),
            source,
        }
    }
}
