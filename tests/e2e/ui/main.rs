//! The pages in a real browser, over a whole company or over services that are away.

mod accessible;
mod away;
mod control;
mod fleet;
mod lone;
mod pokedex;
mod shop;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// All pages.
const PAGES: [(&str, &str); 5] = [
    ("shop", "/"),
    ("fleet", "/fleet"),
    ("pokedex", "/pokedex"),
    ("control", "/control"),
    ("traces", "/traces"),
];

/// A company without customers of its own and without a monitoring, whose vans take long enough to be
/// seen on their way.
const QUIET: [&str; 3] = ["--no-monitoring", "--baseline=0/h", "--time-factor=5"];
