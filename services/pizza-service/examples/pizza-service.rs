//! The service on its own.

use std::process::ExitCode;

use clap::Parser as _;
use pizza_service::Config;

fn main() -> ExitCode {
    let config = Config::parse();
    chassis::run(
        "pizza-service",
        &config.telemetry.clone(),
        |telemetry, stop| pizza_service::serve(config, telemetry, stop),
    )
}
