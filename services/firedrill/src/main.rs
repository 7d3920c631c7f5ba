//! `firedrill`: the whole company, or one role of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    firedrill::cli::main()
}
