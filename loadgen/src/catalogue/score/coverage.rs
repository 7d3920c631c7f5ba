//! Alert × scenario: who proves what, and which alert nobody proves.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{has_fired, is_sound};
use crate::report::record::DrillRecord;

/// The alert that fires always: the preflight of every drill sees it fire and arrive.
const WATCHDOG: &str = "Watchdog";

/// The whole table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Its columns: the scenarios, in the order in which they were run.
    pub scenarios: Vec<String>,
    /// A row an alert, in the order of the rules; last those that no loaded rule has.
    pub alerts: Vec<Row>,
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The `alertname`.
    pub alert: String,
    /// Whether some drill expected it and it came as expected, each time.
    pub proven: bool,
    /// A cell a scenario.
    pub cells: Vec<Cell>,
}

/// What became of an alert in a scenario, over all of its repeats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// How often it was expected.
    pub expected: usize,
    /// How often it then came in time.
    pub proven: usize,
    /// In how many drills it fired because it may.
    pub allowed: usize,
    /// In how many drills it fired and should not have.
    pub unexpected: usize,
}

impl Coverage {
    /// Of these drills.
    pub fn of(records: &[&DrillRecord]) -> Self {
        let scenarios = distinct(records.iter().map(|record| &record.scenario));
        let loaded = records.iter().flat_map(|record| &record.monitoring.alerts);
        let expected = records
            .iter()
            .flat_map(|record| &record.expectations)
            .filter_map(|one| one.alert.as_ref());
        let fired = records
            .iter()
            .flat_map(|record| &record.alerts)
            .filter_map(|lane| lane.labels.get("alertname"));
        let alerts = distinct(loaded.chain(expected).chain(fired));
        let mut cells: BTreeMap<(&str, &str), Cell> = BTreeMap::new();
        for record in records {
            for alert in &alerts {
                let cell = cells.entry((alert, &record.scenario)).or_default();
                cell.add(alert, record);
            }
        }
        let row = |alert: &String| {
            let cells: Vec<Cell> = scenarios
                .iter()
                .filter_map(|scenario| cells.get(&(alert.as_str(), scenario.as_str())).copied())
                .collect();
            Row {
                proven: alert == WATCHDOG || is_proven(&cells),
                alert: alert.clone(),
                cells,
            }
        };
        Self {
            alerts: alerts.iter().map(row).collect(),
            scenarios,
        }
    }

    /// The scenarios that prove an alert.
    pub fn proof(&self, row: &Row) -> Vec<&str> {
        let cells = self.scenarios.iter().zip(&row.cells);
        cells
            .filter(|(_, cell)| cell.proven > 0)
            .map(|(scenario, _)| scenario.as_str())
            .collect()
    }

    /// The alerts that no drill proves.
    pub fn unproven(&self) -> impl Iterator<Item = &str> {
        let rows = self.alerts.iter().filter(|row| !row.proven);
        rows.map(|row| row.alert.as_str())
    }
}

/// Proven at least once, and never expected in vain.
fn is_proven(cells: &[Cell]) -> bool {
    cells.iter().any(|cell| cell.proven > 0)
        && cells.iter().all(|cell| cell.proven == cell.expected)
}

impl Cell {
    fn add(&mut self, alert: &str, record: &DrillRecord) {
        let mut expectations = record
            .expectations
            .iter()
            .filter(|one| one.kind == "fires" && one.alert.as_deref() == Some(alert))
            .peekable();
        if expectations.peek().is_some() {
            self.expected += 1;
            self.proven += usize::from(is_sound(record) && expectations.all(|one| one.held));
        }
        let fired = |class: &str| {
            record.alerts.iter().any(|lane| {
                lane.labels.get("alertname").map(String::as_str) == Some(alert)
                    && lane.class == class
                    && has_fired(lane)
            })
        };
        self.allowed += usize::from(fired("allowed"));
        self.unexpected += usize::from(fired("unexpected"));
    }
}

/// Each once, where it came first.
fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(name) {
            once.push(name.clone());
        }
    }
    once
}
