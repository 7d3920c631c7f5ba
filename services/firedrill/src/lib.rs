//! The company in one command. Every service is a role of this binary (`firedrill pizza-service`);
//! without a role it is a supervisor over one child process a role.

pub mod cli;
pub mod company;
pub mod healthcheck;
pub mod monitoring;
pub mod supervisor;
