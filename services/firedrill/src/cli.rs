//! The command line: a role, or the company.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::company::{self, CompanyConfig};
use crate::healthcheck::HealthcheckArgs;
use crate::monitoring::RulesArgs;
use crate::supervisor::tied;

/// A pizza-delivery company that can be broken on purpose, and proves whether the monitoring noticed.
///
/// Without a command: the whole company, with Prometheus and Alertmanager where they are installed.
#[derive(Debug, Parser)]
#[command(name = "firedrill", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    company: CompanyConfig,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Takes orders.
    PizzaService(Box<pizza_service::Config>),
    /// Looks a Pokémon up by its national number.
    PokedexApi(Box<pokedex_api::Config>),
    /// Drives the vans.
    PositionSimulator(Box<position_simulator::Config>),
    /// Knows where each van is and was.
    PositionTracker(Box<position_tracker::Config>),
    /// The shop window and the control room.
    Ui(Box<ui::Config>),
    /// Customers and drills: the same program as `loadgen`.
    #[command(disable_help_flag = true)]
    Loadgen {
        /// Arguments of `loadgen`; try `--help`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Writes the alerting rules at the given speed.
    Rules(Box<RulesArgs>),
    /// Asks a service whether it is ready: exit code 0, or 1 and one line that says why not.
    Healthcheck(HealthcheckArgs),
    /// Runs a program that dies with its parent.
    #[command(hide = true)]
    Tied(tied::TiedArgs),
}

/// Runs one service of this name in telemetry.
macro_rules! serve {
    ($name:literal, $service:ident, $config:ident) => {{
        let telemetry = $config.telemetry.clone();
        chassis::run($name, &telemetry, |telemetry, stop| {
            $service::serve(*$config, telemetry, stop)
        })
    }};
}

/// Parses the command line, runs what it says, and returns the exit code.
pub fn main() -> ExitCode {
    // Under that name it is that program: an image has room for one of both.
    if std::env::args_os()
        .next()
        .is_some_and(|name| is(&name, "loadgen"))
    {
        return loadgen::main_with(std::env::args_os());
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    match cli.command {
        None => company::run(&cli.company),
        Some(Command::PizzaService(config)) => serve!("pizza-service", pizza_service, config),
        Some(Command::PokedexApi(config)) => serve!("pokedex-api", pokedex_api, config),
        Some(Command::PositionSimulator(config)) => {
            serve!("position-simulator", position_simulator, config)
        }
        Some(Command::PositionTracker(config)) => {
            serve!("position-tracker", position_tracker, config)
        }
        Some(Command::Ui(config)) => serve!("ui", ui, config),
        Some(Command::Loadgen { arguments }) => {
            loadgen::main_with(std::iter::once(OsString::from("loadgen")).chain(arguments))
        }
        Some(Command::Rules(rules)) => rules.run(),
        Some(Command::Healthcheck(check)) => check.run(),
        Some(Command::Tied(tied)) => tied.run(),
    }
}

/// Whether a program's path ends with this name.
fn is(path: &OsStr, name: &str) -> bool {
    Path::new(path).file_name() == Some(OsStr::new(name))
}

/// Help and version are answers; anything else is a wrong setting.
fn refuse(error: &clap::Error) -> ExitCode {
    // A closed terminal leaves nobody to tell.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(chassis::boot::EXIT_CONFIG)
    } else {
        ExitCode::SUCCESS
    }
}
