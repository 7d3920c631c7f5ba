//! Customers and drills: an open-model load generator that judges whether the monitoring noticed.

pub mod bench;
pub mod catalogue;
pub mod cli;
pub mod company;
pub mod dataset;
pub mod drill;
pub mod gameday;
pub mod load;
pub mod report;
pub mod scenario;
pub mod serve;

pub use cli::main_with;
