//! The service from outside: its router with all its middleware over a real store, and its stores
//! over real databases.

mod app;
mod bad_input;
mod failures;
mod fuzz;
mod idempotency;
mod listing;
mod menu;
mod openapi;
mod orders;
mod serving;
mod store;
mod unreliable;
mod writer;
