//! The service on its own.

use std::process::ExitCode;

use clap::Parser as _;
use position_tracker::Config;

fn main() -> ExitCode {
    let config = Config::parse();
    chassis::run(
        "position-tracker",
        &config.telemetry.clone(),
        |telemetry, stop| position_tracker::serve(config, telemetry, stop),
    )
}
