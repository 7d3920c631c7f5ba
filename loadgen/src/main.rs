//! The `loadgen` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    loadgen::main_with(std::env::args_os())
}
