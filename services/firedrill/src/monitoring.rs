//! Prometheus and Alertmanager beside the company: the files of `prometheus/` are built in, written
//! at either speed as a ready-to-run folder, and the programs are found and given their arguments.

mod args;
pub mod children;
mod duration;
pub mod embedded;
mod expression;
mod generate;
pub mod people;
pub mod speed;

pub use args::RulesArgs;
pub use generate::{Endpoints, RuleFile, built_in_rules, generate, jobs_in, rules_in};
pub use people::{People, PeopleArgs};
pub use speed::Speed;
