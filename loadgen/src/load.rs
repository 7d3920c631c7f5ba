//! The open-model load engine: a plan of arrivals, sent on time whatever the answers do.
//!
//! A [`Plan`] says who comes when, for what. A [`LoadRun`] sends it: one scheduler thread keeps the
//! absolute deadlines, workers carry the visits out, and every response time counts from the moment
//! the visit was *meant* to begin, so that a stalled service cannot hide behind a waiting client.

pub mod plan;
pub mod report;

mod client;
mod flow;
mod limits;
mod live;
mod memory;
mod run;
mod scheduler;
mod seconds;
mod shared;
mod tally;
pub(crate) mod targets;
pub(crate) mod times;
mod visit;
mod worker;

pub use flow::{Destination, Flow};
pub use limits::{LimitError, Limits};
pub use live::LiveFigures;
pub use plan::{Arrival, Plan};
pub use run::{LiveView, LoadRun, StartError};
pub use targets::{NoAddress, TargetError, Targets};
