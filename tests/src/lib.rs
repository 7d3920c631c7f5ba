//! What the end-to-end tests share: a company of their own, a Postgres and a RabbitMQ of their own,
//! and waiting for conditions. The tests themselves are in `e2e/`; Cargo runs them as tests of the
//! package `firedrill`, because it tells only those where the binary is.

pub mod alertmanager;
pub mod browser;
pub mod collector;
pub mod company;
pub mod customers;
pub mod ear;
pub mod http;
pub mod neighbours;
pub mod outside;
pub mod ports;
pub mod postgres;
pub mod program;
pub mod rabbitmq;
pub mod secrets;
pub mod wait;

pub use alertmanager::{Alert, Alertmanager};
pub use browser::Browser;
pub use company::{Company, Drill};
pub use ear::{Ear, Word};
pub use neighbours::Neighbours;
pub use program::Program;
pub use secrets::Secrets;
pub use wait::until;
