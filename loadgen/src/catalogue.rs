//! Many drills, one after the other or side by side, and how well the alerting did over all of them.

pub mod company;
mod keep;
pub mod plan;
mod ports;
pub mod program;
pub mod run;
pub mod score;
pub mod survey;

pub use keep::Keep;
pub use plan::{Planned, plan};
pub use run::{Board, How, run};
pub use score::Scoreboard;
