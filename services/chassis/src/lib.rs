//! What every service of the company stands on: configuration, telemetry, the HTTP server and its
//! middleware, the telemetry port, problem+json, database pools, faults and shutdown.
//!
//! A service's `serve` reads, top to bottom, in the order of this crate's modules; see
//! `docs/architecture.md`.

pub mod boot;
pub mod config;
pub mod db;
pub mod error;
pub mod faults;
pub mod http;
pub mod problem;
pub mod queue;
pub mod stop;
pub mod telemetry;

pub use boot::{BootError, run};
pub use problem::Problem;
pub use stop::Stop;
