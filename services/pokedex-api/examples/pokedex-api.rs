//! The service on its own.

use std::process::ExitCode;

use clap::Parser as _;
use pokedex_api::Config;

fn main() -> ExitCode {
    let config = Config::parse();
    chassis::run(
        "pokedex-api",
        &config.telemetry.clone(),
        |telemetry, stop| pokedex_api::serve(config, telemetry, stop),
    )
}
