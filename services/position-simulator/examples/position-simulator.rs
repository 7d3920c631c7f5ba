//! The service on its own.

use std::process::ExitCode;

use clap::Parser as _;
use position_simulator::Config;

fn main() -> ExitCode {
    let config = Config::parse();
    chassis::run(
        "position-simulator",
        &config.telemetry.clone(),
        |telemetry, stop| position_simulator::serve(config, telemetry, stop),
    )
}
