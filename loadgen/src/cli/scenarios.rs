//! The commands around scenario files.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{complain, say};
use crate::drill::verdict::EXIT_BAD_SCENARIO;
use crate::scenario::{self, ScenarioError, built_in, built_ins};

/// Name, what must follow, and the summary, one line each.
pub(super) fn list() -> ExitCode {
    let mut text = String::new();
    for built_in in built_ins() {
        match scenario::load(built_in.name) {
            Ok(scenario) => {
                let promise = if scenario.expect.fires.is_empty() {
                    "silent"
                } else {
                    "fires"
                };
                // Writing to a String cannot fail.
                let _ = writeln!(
                    text,
                    "{:<16} {promise:<7} {}",
                    scenario.name, scenario.summary
                );
            }
            Err(error) => return complain(error, EXIT_BAD_SCENARIO),
        }
    }
    say(&text)
}

/// The file of a built-in scenario.
pub(super) fn show(name: &str) -> ExitCode {
    match built_in(name) {
        Some(built_in) => say(built_in.toml),
        None => complain(scenario::unknown(name), EXIT_BAD_SCENARIO),
    }
}

/// Checks each file; the good ones are named too.
pub(super) fn lint(files: &[PathBuf]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for file in files {
        let name = file.to_string_lossy();
        match scenario::load(&name) {
            Ok(_) => {
                say(&format!("{name}: good\n"));
            }
            Err(error) => code = report(&error),
        }
    }
    code
}

fn report(error: &ScenarioError) -> ExitCode {
    let text = error.to_string();
    for line in text.lines() {
        complain(line, EXIT_BAD_SCENARIO);
    }
    ExitCode::from(EXIT_BAD_SCENARIO)
}

/// The schema, as it is committed.
pub(super) fn schema() -> ExitCode {
    say(&scenario::schema_text())
}
