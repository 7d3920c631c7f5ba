//! The command line: a drill, or one of the commands around it.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use chassis::boot::EXIT_CONFIG;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::bench::{BenchArgs, GeneratorArgs};
use crate::drill::verdict::EXIT_USAGE;
use crate::serve::{self, ServeArgs};

mod catalogue;
mod coverage;
mod dataset;
mod drill;
mod events;
mod gameday;
mod reset;
mod scenarios;
mod screens;
mod summary;

use coverage::CoverageArgs;
use drill::DrillArgs;
use gameday::GamedayArgs;
use reset::ResetArgs;

/// Customers and drills: brings load and faults to the company, and judges whether its monitoring noticed.
///
/// A drill prints its verdict on stdout and what happens meanwhile on stderr.
#[derive(Debug, Parser)]
#[command(name = "loadgen", version, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    drill: DrillArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sends the everyday customers, and gives drills their turn.
    Serve(Box<ServeArgs>),
    /// Lists the built-in scenarios.
    List,
    /// Prints a built-in scenario, to read or to begin one of your own with.
    Show {
        /// Its name.
        name: String,
    },
    /// Checks scenario files, and lists everything that is wrong with them.
    Lint {
        /// The files, or names of built-in scenarios.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Prints the JSON schema of scenario files.
    Schema,
    /// Tries which faults of the catalogue the rules of `--rules` would catch, whatever their names.
    Coverage(Box<CoverageArgs>),
    /// Takes back every fault of every service.
    Reset(Box<ResetArgs>),
    /// Breaks things at random times and tells nobody what: the monitoring is all there is to go by.
    Gameday(Box<GamedayArgs>),
    /// Asks one address as fast as it answers, or at a rate.
    Bench(Box<BenchArgs>),
    /// Checks that the generator keeps its schedule on this machine.
    BenchGenerator(GeneratorArgs),
}

const AFTER_HELP: &str = "\
Examples:
  loadgen list
  loadgen --scenario surge --report reports/surge
  loadgen --scenario my-drill.toml --seed 7
  loadgen --scenario surge --dry-run

Exit codes:
    0  PASS
    1  wrong usage
    2  the scenario does not hold together
    3  preflight: the drill could not begin
   10  what the customers saw was out of bounds
   20  an expected alert was missed, or came late
   21  an alert fired that the scenario does not name, or somebody was told what is not so
   22  an alert did not resolve
   23  the load or the fault could not be proven to have struck
   30  invalid: the monitoring or the generator itself failed
  130  stopped by Ctrl-C, after the faults were taken back";

/// Runs the program with these arguments, the first of which is its name, and returns its exit
/// code. Makes a runtime of its own: call it from outside of any.
pub fn main_with<I>(args: I) -> ExitCode
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    // What `serve` does not understand is a wrong setting of a service, as everywhere in the company.
    let is_service = args.get(1).is_some_and(|command| command == "serve");
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) if is_service => return refuse(&error, EXIT_CONFIG),
        Err(error) => return refuse(&error, EXIT_USAGE),
    };
    match cli.command {
        None => drill::run(cli.drill),
        Some(Command::Serve(args)) => {
            let telemetry = args.telemetry.clone();
            chassis::boot::run("loadgen", &telemetry, |telemetry, stop| {
                serve::serve(*args, telemetry, stop)
            })
        }
        Some(Command::List) => scenarios::list(),
        Some(Command::Show { name }) => scenarios::show(&name),
        Some(Command::Lint { files }) => scenarios::lint(&files),
        Some(Command::Schema) => scenarios::schema(),
        Some(Command::Coverage(args)) => coverage::run(&args),
        Some(Command::Reset(args)) => reset::run(&args),
        Some(Command::Gameday(args)) => gameday::run(&args),
        Some(Command::Bench(args)) => or_complain(args.run()),
        Some(Command::BenchGenerator(args)) => or_complain(args.run()),
    }
}

/// Help and version are answers; anything else is wrong.
fn refuse(error: &clap::Error, code: u8) -> ExitCode {
    // A closed terminal leaves nobody to tell.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(code),
    }
}

fn or_complain(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| complain(format_args!("{error:#}"), EXIT_USAGE))
}

/// One line on stderr, and the exit code.
fn complain(problem: impl Display, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr().lock(), "loadgen: {problem}");
    ExitCode::from(code)
}

/// Text on stdout. Whoever does not read to the end has read enough.
fn say(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    ExitCode::SUCCESS
}

/// Wrong usage that clap can't see, in its words.
fn usage(kind: ErrorKind, message: impl Display) -> ExitCode {
    refuse(&Cli::command().error(kind, message), EXIT_USAGE)
}
