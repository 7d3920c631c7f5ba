//! The reports of many drills: an overview, and a folder each.

use serde::Serialize;

use super::record::DrillRecord;
use super::{ReportError, ReportFolder, html, junit};
use crate::catalogue::score::names_culprit;
use crate::catalogue::{Planned, Scoreboard};
use crate::drill::verdict::Verdict;

/// The version of the overview's `report.json`.
pub const SCHEMA_VERSION: u32 = 1;

/// Many drills and how well the alerting did.
#[derive(Debug, Serialize)]
pub struct Overview<'a> {
    /// See [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The highest verdict of all.
    pub verdict: Verdict,
    /// How well the alerting did.
    pub scoreboard: &'a Scoreboard,
    /// Each drill in short, in the order of the plan.
    pub drills: Vec<Entry<'a>>,
}

/// One drill in short.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    /// Its name among all, and its folder's.
    pub name: &'a str,
    /// Whether the first page named a culprit; null where no page arrived.
    pub culprit_named: Option<bool>,
    /// Its record; `report.json` in its folder is the same.
    #[serde(flatten)]
    pub record: &'a DrillRecord,
}

impl<'a> Overview<'a> {
    /// Of these drills.
    pub fn new(done: &'a [(Planned, DrillRecord)], scoreboard: &'a Scoreboard) -> Self {
        let worst = done.iter().map(|(_, record)| record.verdict).max();
        let entry = |(drill, record): &'a (Planned, DrillRecord)| Entry {
            name: &drill.name,
            culprit_named: names_culprit(record),
            record,
        };
        Self {
            schema_version: SCHEMA_VERSION,
            verdict: worst.unwrap_or(Verdict::Interrupted),
            scoreboard,
            drills: done.iter().map(entry).collect(),
        }
    }
}

impl ReportFolder {
    /// Writes the overview, and each drill's own reports into a folder of its name.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_all(&self, overview: &Overview<'_>) -> Result<(), ReportError> {
        for drill in &overview.drills {
            self.inner(drill.name)?.write(drill.record)?;
        }
        let records = overview.drills.iter().map(|drill| drill.record);
        self.put_json("report.json", overview)?;
        self.put("junit.xml", junit::render_all(records).as_bytes())?;
        self.put("report.html", html::overview::render(overview).as_bytes())
    }
}
