//! Measures services, and the generator itself.
//!
//! [`run`] asks one question as fast as a service answers it, over a fixed number of connections: a
//! closed loop, for a maximum rate to set beside other tools'. [`generator_check`] is the other way
//! round: whether the open-model engine keeps its schedule at a rate that is demanded of it.

mod child;
mod cli;
mod closed_loop;
mod generator;
mod memory;
mod report;
mod response;
mod trivial;

pub use cli::{BenchArgs, GeneratorArgs};
pub use closed_loop::{BenchConfig, BenchError, run};
pub use generator::{GeneratorConfig, GeneratorError, GeneratorReport, generator_check};
pub use report::BenchReport;
pub use trivial::{TrivialServer, trivial_server};
