//! What the person at the terminal sees once the company is open.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use super::CompanyConfig;
use super::addresses::{Addresses, Place, TELEMETRY};

/// The facts of the table.
pub(super) struct Table<'a> {
    pub(super) config: &'a CompanyConfig,
    pub(super) data_dir: &'a Path,
    pub(super) addresses: Addresses,
    pub(super) open_after: Duration,
    pub(super) ready_after: Duration,
    pub(super) monitors: bool,
    pub(super) missing: &'a [String],
}

impl Table<'_> {
    /// Prints it to stdout.
    pub(super) fn print(&self) {
        // A closed terminal is no reason to stop the company.
        let _ = std::io::stdout().lock().write_all(self.text().as_bytes());
    }

    fn text(&self) -> String {
        let mut text = String::from("\n");
        let mut row = |name: &str, what: String| {
            // Writing into memory does not fail.
            let _ = writeln!(text, "  {name:<17} {what}");
        };
        let url = |place| format!("http://{}", self.addresses.of(place));
        row("ui", url(Place::Ui));
        row("pizza-service", format!("{}/docs", url(Place::PizzaApi)));
        row("pokedex-api", format!("{}/docs", url(Place::PokedexApi)));
        row(
            "position-tracker",
            format!("{}/docs", url(Place::TrackerApi)),
        );
        row("telemetry", self.telemetry());
        row(
            "loadgen",
            format!(
                "{} orders, {}",
                self.config.baseline,
                url(Place::LoadgenApi)
            ),
        );
        if self.monitors {
            row("Prometheus", format!("{}/alerts", url(Place::Prometheus)));
            row("Alertmanager", url(Place::Alertmanager));
            // What cannot be settled was refused before anything started.
            let people = self.config.people.settle().unwrap_or_default();
            if !people.ways().is_empty() {
                row("people", format!("told by {}", people.ways().join(", ")));
            }
        }
        row("data and logs", self.data_dir.display().to_string());
        row("open after", self.times());
        for missing in self.missing {
            row("missing", missing.clone());
        }
        if self.config.drill.is_none() {
            row("try", self.hint());
        }
        text.push('\n');
        text
    }

    /// Where each service's metrics are, by port.
    fn telemetry(&self) -> String {
        let places = TELEMETRY.iter().map(|(service, place)| {
            let port = self.addresses.of(*place).port();
            format!("{service} {port}")
        });
        let places: Vec<String> = places.collect();
        format!("/metrics on ports: {}", places.join(", "))
    }

    fn times(&self) -> String {
        let open = self.open_after.as_secs_f64();
        if self.monitors {
            let ready = self.ready_after.as_secs_f64();
            format!("{open:.1} s, with the monitoring {ready:.1} s")
        } else {
            format!("{open:.1} s")
        }
    }

    fn hint(&self) -> String {
        let company = if self.config.data_dir == Path::new(".firedrill") {
            String::new()
        } else {
            format!(" --company {}", self.config.data_dir.display())
        };
        format!(
            "loadgen --scenario surge{company}   (in another terminal; Ctrl-C here closes the company)"
        )
    }
}
