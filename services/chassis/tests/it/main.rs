//! The chassis from outside: a service's router, its sockets, and whole processes.

mod api_faults;
mod app;
mod background_faults;
mod client;
mod hang_up;
mod logs;
mod metrics;
mod problems;
mod process;
mod program;
mod properties;
mod queue;
mod receiver;
mod schema;
mod server;
mod stack;
mod traces;
mod wait;
