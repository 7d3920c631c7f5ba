//! Drills against a small world of fakes: a company that breaks, rules that notice, an Alertmanager
//! that tells. The real ones are drilled by the workspace's own end-to-end tests.

mod catalogue;
mod desk;
mod preflight;
mod program;
mod reports;
mod silences;
mod sources;
mod verdicts;
mod world;
