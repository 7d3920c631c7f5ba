//! A game day: things break at times that nobody knows, under everyday load, and whoever is on duty
//! has the monitoring to go by. What was broken is written down, and told at the end.

pub mod blind;
pub mod pause;
pub mod plan;
pub mod score;
pub mod truth;

pub use blind::Blind;
pub use pause::Pause;
pub use plan::Plan;
pub use score::Score;
pub use truth::Truth;
