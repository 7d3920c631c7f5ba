//! `firedrill rules`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use chassis::boot::EXIT_CONFIG;
use clap::Args;

use super::{Endpoints, PeopleArgs, Speed, built_in_rules, generate};

/// Writes the monitoring's configuration and rules into a folder, ready to run.
#[derive(Args, Clone, Debug)]
pub struct RulesArgs {
    /// How fast alerts follow: `demo` divides every window and wait by 15.
    #[arg(long, value_enum, default_value_t)]
    pub speed: Speed,

    /// The folder to write; it is made where it is missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub people: PeopleArgs,
}

impl RulesArgs {
    /// Writes the folder; a failure is one line on standard error.
    pub fn run(&self) -> ExitCode {
        let people = match self.people.settle() {
            Ok(people) => people,
            Err(error) => return complain(&error.into(), ExitCode::from(EXIT_CONFIG)),
        };
        let written = Endpoints::usual()
            .and_then(|usual| generate(&self.out, self.speed, &usual, &built_in_rules(), &people));
        match written {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error, ExitCode::FAILURE),
        }
    }
}

fn complain(error: &anyhow::Error, code: ExitCode) -> ExitCode {
    // A closed terminal leaves nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "firedrill rules: {error:#}");
    code
}
